//! What several of the test suites share.
