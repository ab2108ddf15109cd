//! Rejections that were altered at random: never a panic, never a token, never more than a screen.

use std::collections::HashSet;

use fastrand::Rng;

use crate::{changes, rejections, service::Rejection, vectors};

/// Long enough that its pieces can be told from chance.
fn token() -> String {
    let mut random = Rng::with_seed(1);
    (0..600).map(|_| random.alphanumeric()).collect()
}

#[test]
fn a_rejection_altered_at_random_neither_panics_nor_shows_the_token() {
    let token = token();
    let mut vector = vectors::with_token();
    let signed = vectors::signed_with(&token);
    vector.canonical_request = signed.canonical_request().to_owned();
    vector.string_to_sign = signed.string_to_sign().to_owned();

    let mut corpus: Vec<Rejection> = rejections::all()
        .into_iter()
        .map(|case| case.rejection)
        .collect();
    let seen = changes::ALL
        .iter()
        .filter_map(|change| change.try_on(&vector));
    corpus.extend(seen.flat_map(|(seen, _)| {
        [
            Rejection::from_api_gateway(&seen),
            Rejection::from_s3(&seen),
        ]
    }));

    let pieces = [Pieces::from_text(&token, 8), Pieces::from_text(&token, 48)];
    let mut random = Rng::with_seed(20150830);
    let (mut explained, mut compared) = (0, 0);
    for _ in 0..ROUNDS {
        let rejection = &corpus[random.usize(..corpus.len())];
        let other = &corpus[random.usize(..corpus.len())];
        let rejection = Rejection {
            head: rejection.head.clone(),
            body: altered(&rejection.body, &other.body, &mut random),
        };
        for signed in [Some(&signed), None] {
            let Some(explanation) = rejection.explain(signed) else {
                continue;
            };
            let text = format!("{explanation}{explanation:?}");
            assert!(text.len() < 8 * 1024, "{text}");
            // Knowing the token, no piece of it; else none that is worth anything.
            let pieces = if signed.is_some() {
                &pieces[0]
            } else {
                &pieces[1]
            };
            assert!(!pieces.are_in(&text), "{text}");
            explained += 1;
            compared += usize::from(!explanation.differences().is_empty());
        }
    }
    println!("{ROUNDS} altered rejections: {explained} explained, {compared} compared");
    // Else the alterations are too wild to say anything.
    assert!(explained > ROUNDS / 2 && compared > ROUNDS / 20);
}

const ROUNDS: usize = 2000;

/// The pieces of one length that a text has.
struct Pieces<'a> {
    pieces: HashSet<&'a [u8]>,
    length: usize,
}

impl<'a> Pieces<'a> {
    fn from_text(text: &'a str, length: usize) -> Self {
        Self {
            pieces: text.as_bytes().windows(length).collect(),
            length,
        }
    }

    fn are_in(&self, text: &str) -> bool {
        let mut windows = text.as_bytes().windows(self.length);
        windows.any(|window| self.pieces.contains(window))
    }
}

/// A body cut, doubled, spliced with another, or with bytes replaced, inserted and removed.
fn altered(body: &[u8], other: &[u8], random: &mut Rng) -> Vec<u8> {
    let mut body = body.to_vec();
    for _ in 0..random.usize(1..4) {
        let at = random.usize(..=body.len());
        match random.u8(..7) {
            0 => body.truncate(at),
            1 => body.extend_from_within(at..),
            2 => drop(body.splice(at.., other[random.usize(..=other.len())..].iter().copied())),
            3 => body.insert(at, random.u8(..)),
            4 => body.insert(at, *random.choice(b"'\"\\\n:&;<>/% =,{}[]").unwrap()),
            _ if at == body.len() => {}
            5 => body[at] = random.u8(..),
            _ => drop(body.remove(at)),
        }
    }
    body
}

#[test]
fn hostile_bodies_are_read_to_their_end() {
    let vector = vectors::with_token();
    let head = [("x-amzn-errortype", "InvalidSignatureException")];
    for unit in [
        "[",
        "{\"message\":",
        "<a>",
        "<a",
        "&amp;",
        "&",
        "'",
        "\\n",
        "%25",
        "a=1&",
        "a:b\n",
        "\n",
        "\u{202e}",
        "The Canonical String for this request should have been\n'GET\n/\n",
    ] {
        let junk = unit.repeat(200_000 / unit.len());
        let message = crate::service::mismatch_message(
            &format!("GET\n/{junk}\n{junk}\nhost:{junk}\n\nhost\nab"),
            &junk,
        );
        let body = serde_json::json!({ "message": message }).to_string();
        for body in [junk, message, body] {
            let rejection = Rejection::new(403, &head, body);
            let explanation = rejection.explain(Some(&vector.signed)).unwrap();
            assert!(explanation.to_string().len() < 8 * 1024);
        }
    }
}
