//! What encoders and decoders hold, as the allocator sees it.

use allocation_counter::measure;
use bytes::Bytes;
use http::HeaderMap;
use http_sigv4::chunked::{Decoder, Form, Upload};

use crate::{
    encoder::upload,
    upload::{ALL_FORMS, encode, key, signed, verifying},
};

const LENGTH: usize = 512 * 1024;

/// The most memory that a run takes beside what its frames take.
fn peak(run: impl FnOnce()) -> u64 {
    measure(run).bytes_max
}

fn encode_in_frames(upload: &Upload, frame: usize) -> u64 {
    let body = Bytes::from(vec![b'x'; LENGTH]);
    let mut encoder = upload.clone().encoder(&signed(upload), &key()).unwrap();
    peak(|| {
        let mut body = body;
        while !body.is_empty() {
            let mut data = body.split_to(frame.min(body.len()));
            while encoder.encode(&mut data).unwrap().is_some() {}
        }
        encoder.finish(&HeaderMap::new()).unwrap();
    })
}

#[test]
fn an_encoder_holds_a_chunk_at_most_however_small_the_frames_are() {
    const CHUNK: usize = 8192;
    for form in ALL_FORMS {
        for frame in [1, 10, 255] {
            let peak = encode_in_frames(&upload(form, LENGTH as u64), frame);
            assert!(peak < 4 * CHUNK as u64, "{form:?} in {frame}: {peak}");
        }
        // Only handles of the data.
        for frame in [256, 1000, LENGTH] {
            let peak = encode_in_frames(&upload(form, LENGTH as u64), frame);
            assert!(peak < CHUNK as u64, "{form:?} in {frame}: {peak}");
        }
    }
}

#[test]
fn a_decoder_holds_a_chunk_at_most_however_small_the_frames_are() {
    const CHUNK: usize = 8192;
    for form in ALL_FORMS {
        let upload = upload(form, LENGTH as u64);
        let body = Bytes::from(vec![b'x'; LENGTH]);
        let encoded = encode(&upload, [body], &HeaderMap::new()).unwrap().concat();
        for frame in [1, 10, 255, 256, 1000, LENGTH] {
            let mut decoder = verifying(&upload);
            let mut encoded = Bytes::from(encoded.clone());
            let peak = peak(|| {
                while !encoded.is_empty() {
                    let mut data = encoded.split_to(frame.min(encoded.len()));
                    while decoder.decode(&mut data).unwrap().is_some() {}
                }
                decoder.finish().unwrap();
            });
            assert!(peak < 4 * CHUNK as u64, "{form:?} in {frame}: {peak}");
        }
    }
}

#[test]
fn a_hostile_body_makes_a_decoder_hold_no_more_than_its_limits() {
    const LIMIT: usize = 10_000;
    let signature = "0".repeat(64);
    let bomb = format!(
        "ffffff;chunk-signature={signature}\r\n{}",
        "x".repeat(LENGTH)
    );
    let chunk = format!("2700;chunk-signature={signature}\r\n{}", "x".repeat(LENGTH));
    let names: String = (0..100_000)
        .map(|number| format!("a{number}:b\r\n"))
        .collect();
    let trailers = format!("0;chunk-signature={signature}\r\n{names}");
    let line = "0".repeat(LENGTH);
    for body in [bomb, chunk, trailers, line] {
        for form in ALL_FORMS {
            let headers = signed(&upload(form, 1 << 40));
            let decoder = Decoder::verifying(&headers, &key()).unwrap();
            let mut decoder = decoder.max_chunk(LIMIT).max_trailers(LIMIT);
            let mut frame = Bytes::from(body.clone());
            let peak = peak(|| while let Ok(Some(_)) = decoder.decode(&mut frame) {});
            assert!(peak < 4 * LIMIT as u64, "{form:?}: {peak}");
        }
    }
}

#[test]
fn a_chunk_costs_its_header_and_nothing_else() {
    let frames = |upload: &Upload| {
        let mut encoder = upload.clone().encoder(&signed(upload), &key()).unwrap();
        let mut body = Bytes::from(vec![b'x'; LENGTH]);
        let counted = measure(|| while encoder.encode(&mut body).unwrap().is_some() {});
        counted.count_total
    };
    let chunks = (LENGTH / 8192) as u64;
    for form in [Form::Signed, Form::UnsignedTrailer] {
        let count = frames(&upload(form, LENGTH as u64));
        assert!(count <= 3 * chunks + 10, "{form:?}: {count} for {chunks}");
    }
}
