use std::{fmt, time::SystemTime};

/// The fields of a form that uploads to S3.
///
/// They go into a `multipart/form-data` body in this order, before the file, which is the last field
/// and named `file`. `Debug` shows the names of the fields and when the form expires.
#[derive(Clone)]
pub struct PostForm {
    fields: Vec<(String, String)>,
    expires_at: SystemTime,
}

impl PostForm {
    pub(super) fn new(fields: Vec<(String, String)>, expires_at: SystemTime) -> Self {
        Self { fields, expires_at }
    }

    /// Returns the fields, names and values. Until it expires, whoever has them can upload what the
    /// policy allows.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        let fields = self.fields.iter();
        fields.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Returns the value of a field.
    pub fn field(&self, name: &str) -> Option<&str> {
        let mut fields = self.fields();
        fields.find_map(|(field, value)| (field == name).then_some(value))
    }

    /// Returns when S3 stops taking it, to the second.
    pub fn expires_at(&self) -> SystemTime {
        self.expires_at
    }
}

impl fmt::Debug for PostForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.fields().map(|(name, _)| name).collect();
        f.debug_struct("PostForm")
            .field("fields", &names)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}
