//! A body that is changed, cut or lengthened at any place is refused.

use bytes::Bytes;
use http::HeaderMap;
use http_sigv4::chunked::{Decoder, Form};

use crate::{
    encoder::upload,
    upload::{ALL_FORMS, decode, encode, signed, verifying},
};

/// A body of three chunks, encoded.
fn encoded(form: Form) -> (Vec<u8>, Vec<u8>) {
    let mut rng = fastrand::Rng::with_seed(1);
    let body: Vec<u8> = std::iter::repeat_with(|| rng.u8(..)).take(20_000).collect();
    let upload = upload(form, body.len() as u64);
    let pieces = encode(&upload, [body.clone().into()], &HeaderMap::new()).unwrap();
    (body, pieces.concat())
}

fn decoder(form: Form) -> Decoder {
    verifying(&upload(form, 20_000))
}

#[test]
fn a_byte_that_is_changed_anywhere_is_noticed() {
    for form in ALL_FORMS {
        let (body, encoded) = encoded(form);
        // All of the framing, and some of the data.
        let is_framing = |at: &usize| at % (8192 + 89) < 100 || encoded.len() - at < 400;
        for at in (0..encoded.len()).filter(|at| is_framing(at) || at % 101 == 0) {
            // Of 0x20 letters change their case.
            for change in [0x01, 0x20, 0x80] {
                let mut tampered = encoded.clone();
                tampered[at] ^= change;
                let Ok((data, trailers)) = decode(decoder(form), [tampered.into()]) else {
                    continue;
                };
                // The name of a trailer, or a digit of a size, in capitals.
                let (byte, says_the_same) = (encoded[at], change == 0x20);
                assert!(
                    says_the_same && byte.is_ascii_lowercase(),
                    "{form:?} at {at}"
                );
                assert!(data == body);
                assert_eq!(trailers.len(), usize::from(form.has_trailer()));
            }
        }
    }
}

#[test]
fn a_body_that_is_cut_anywhere_is_refused() {
    for form in ALL_FORMS {
        let (_, encoded) = encoded(form);
        for end in (0..encoded.len()).filter(|end| end % 31 == 0 || encoded.len() - end < 400) {
            let cut = Bytes::copy_from_slice(&encoded[..end]);
            let error = decode(decoder(form), [cut]).unwrap_err();
            assert!(error.is_framing(), "{form:?} at {end}: {error}");
        }
    }
}

#[test]
fn a_body_that_is_lengthened_is_refused() {
    for form in ALL_FORMS {
        for more in [&b"\r\n"[..], b"0", b"\0", b"0\r\n\r\n"] {
            let (_, encoded) = encoded(form);
            let error = decode(decoder(form), [encoded.into(), more.into()]).unwrap_err();
            assert!(error.is_framing(), "{form:?}: {error}");
        }
    }
}

#[test]
fn chunks_in_another_order_are_refused() {
    const CHUNK: usize = 8192 + 89;
    let (_, encoded) = encoded(Form::Signed);
    // Each with the CR LF at its end.
    let (first, rest) = encoded.split_at(CHUNK - 2);
    let (second, rest) = rest.split_at(CHUNK);
    let (crlf, second) = second.split_at(2);
    assert_eq!(crlf, b"\r\n");
    let swapped = [second, crlf, first, rest].concat();
    let error = decode(decoder(Form::Signed), [swapped.into()]).unwrap_err();
    assert!(error.is_signature(), "{error}");
    let left_out = [first, crlf, first, rest].concat();
    let error = decode(decoder(Form::Signed), [left_out.into()]).unwrap_err();
    assert!(error.is_signature(), "{error}");
}

#[test]
fn a_trailer_of_another_body_is_refused() {
    let of = |body: &'static str| {
        let upload = upload(Form::SignedTrailer, 9);
        let pieces = encode(&upload, [body.into()], &HeaderMap::new()).unwrap();
        String::from_utf8(pieces.concat()).unwrap()
    };
    let at = "x-amz-checksum";
    let (one, _) = of("123456789")
        .split_once(at)
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .unwrap();
    let other = of("987654321");
    let (_, other) = other.split_once(at).unwrap();
    let spliced = format!("{one}{at}{other}");
    let upload = upload(Form::SignedTrailer, 9);
    let error = decode(verifying(&upload), [spliced.clone().into()]).unwrap_err();
    assert!(error.is_signature(), "{error}");
    // Without a key its checksum tells.
    let decoder = Decoder::unverified(&signed(&upload)).unwrap();
    assert!(decode(decoder, [spliced.into()]).unwrap_err().is_checksum());
}
