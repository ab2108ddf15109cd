//! What a hostile host answers.

use std::time::SystemTime;

use fastrand::Rng;
use http::{HeaderValue, Response};

use crate::{common::Empty, harness::shifted};

/// An answer, drawn before anything runs.
#[derive(Clone, Debug)]
pub(super) struct Hostile {
    status: u16,
    error: Option<&'static [u8]>,
    date: Date,
    age: bool,
}

#[derive(Clone, Debug)]
enum Date {
    None,
    Unreadable,
    /// So many seconds from the time that it really is.
    Off(i64),
}

const ERRORS: [&[u8]; 14] = [
    b"ExpiredToken",
    b"ExpiredTokenException",
    b"com.amazon.coral.service#ExpiredTokenException:http://internal/",
    b"InvalidClientTokenId",
    b"UnrecognizedClientException",
    b"InvalidToken",
    b"AccessDeniedException",
    b"InvalidSignatureException",
    b"SignatureDoesNotMatch",
    b"RequestTimeTooSkewed",
    b"ThrottlingException",
    b"",
    b"\xff\xfe",
    b"ExpiredToken, ExpiredToken",
];

impl Hostile {
    pub(super) fn draw(random: &mut Rng) -> Self {
        let rejections = [400, 401, 403];
        let others = [200, 204, 301, 404, 409, 429, 500, 503, 999];
        let status = match random.u8(..10) {
            0..=7 => rejections[random.usize(..3)],
            _ => others[random.usize(..others.len())],
        };
        let error = random.bool().then(|| ERRORS[random.usize(..ERRORS.len())]);
        let far = [
            0,
            10,
            239,
            241,
            301,
            1_800,
            3_600,
            86_400,
            90_000,
            90_001,
            315_360_000,
        ];
        let date = match random.u8(..10) {
            0 => Date::None,
            1 => Date::Unreadable,
            2..=4 => Date::Off(random.i64(-90_000..=90_000)),
            _ => {
                let by = far[random.usize(..far.len())];
                Date::Off(if random.bool() { by } else { -by })
            }
        };
        let age = random.u8(..10) == 0;
        Self {
            status,
            error,
            date,
            age,
        }
    }

    pub(super) fn answer(&self, now: SystemTime) -> Response<Empty> {
        let mut response = Response::builder().status(self.status);
        if let Some(error) = self.error {
            let error = HeaderValue::from_bytes(error).unwrap();
            response = response.header("x-amzn-errortype", error);
        }
        response = match self.date {
            Date::None => response,
            Date::Unreadable => response.header("date", "yesterday"),
            Date::Off(by) => response.header("date", httpdate::fmt_http_date(shifted(now, by))),
        };
        if self.age {
            response = response.header("age", "7");
        }
        response.body(Empty::new()).unwrap()
    }
}
