/// The credential scope of a string to sign.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) struct Scope<'a> {
    pub(super) day: &'a str,
    pub(super) region: &'a str,
    pub(super) service: &'a str,
    pub(super) terminator: &'a str,
}

impl<'a> Scope<'a> {
    pub(super) fn parse(line: &'a str) -> Option<Self> {
        let mut parts = line.splitn(4, '/');
        let mut next = || parts.next();
        let scope = Self {
            day: next()?,
            region: next()?,
            service: next()?,
            terminator: next()?,
        };
        (!scope.terminator.contains('/')).then_some(scope)
    }

    pub(super) fn parts(&self) -> [&'a str; 4] {
        [self.day, self.region, self.service, self.terminator]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_has_four_parts() {
        let scope = Scope::parse("20150830/us-east-1/es/aws4_request").unwrap();
        assert_eq!(
            scope.parts(),
            ["20150830", "us-east-1", "es", "aws4_request"]
        );
        for line in ["", "20150830T123600Z", "a/b/c", "a/b/c/d/e"] {
            assert!(Scope::parse(line).is_none(), "{line}");
        }
    }
}
