//! Files of age (age-encryption.org/v1), so that public tools open what leaves.
//!
//! Keys of people (X25519) and passphrases (scrypt); streams of any length in pieces of 64 KiB. The
//! crate of that name brings sixty others for the words of its errors; the format is this small.

use std::io::{self, Read, Write};

use bech32::{Bech32, Hrp};
use chacha20poly1305::{
    ChaCha20Poly1305, KeyInit,
    aead::{Aead, AeadInOut},
};
use curve25519_dalek::montgomery::MontgomeryPoint;
use data_encoding::BASE64_NOPAD;
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::seal::random;

/// How every version begins.
const MAGIC: &[u8] = b"age-encryption.org/";
const VERSION: &str = "age-encryption.org/v1";
const X25519_INFO: &[u8] = b"age-encryption.org/v1/X25519";
const SCRYPT_SALT: &[u8] = b"age-encryption.org/v1/scrypt";
const PUBLIC_PREFIX: &str = "age";
const SECRET_PREFIX: &str = "AGE-SECRET-KEY-";
const CHUNK: usize = 64 * 1024;
const TAG: usize = 16;
/// How dear a guess at a passphrase is made: 2^17 is about half a second here.
const WORK_FACTOR: u8 = if cfg!(test) { 4 } else { 17 };
/// A file that asks for more (a gigabyte, ten seconds) is not opened.
const MAX_WORK_FACTOR: u8 = 20;
/// No header that anybody writes by hand or machine is longer.
const MAX_HEADER: usize = 64 * 1024;

/// A public key that a file is locked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient([u8; 32]);

impl std::str::FromStr for Recipient {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (prefix, bytes) = bech32::decode(text).map_err(|_| ())?;
        let is_lower = !text.contains(|it: char| it.is_ascii_uppercase());
        if prefix.as_str() != PUBLIC_PREFIX || !is_lower {
            return Err(());
        }
        bytes.try_into().map(Self).map_err(|_| ())
    }
}

impl std::fmt::Display for Recipient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = bech32::encode::<Bech32>(Hrp::parse_unchecked(PUBLIC_PREFIX), &self.0)
            .expect("32 bytes are short enough");
        f.write_str(&text)
    }
}

/// What opens a file.
pub enum Identity {
    /// A secret key.
    Key(Zeroizing<[u8; 32]>),
    /// Words.
    Passphrase(Zeroizing<String>),
}

impl Identity {
    /// Reads a secret key as `age-keygen` writes it, alone or in a file with comments.
    pub fn read_key(text: &str) -> Option<Self> {
        let line = text.lines().map(str::trim).find(|it| it.starts_with(SECRET_PREFIX))?;
        let (prefix, bytes) = bech32::decode(line).ok()?;
        let bytes = Zeroizing::new(bytes);
        let is_secret = prefix.as_str().eq_ignore_ascii_case(SECRET_PREFIX);
        let key: [u8; 32] = bytes.as_slice().try_into().ok()?;
        is_secret.then(|| Self::Key(Zeroizing::new(key)))
    }
}

/// Why a file was not opened.
#[derive(Debug, thiserror::Error)]
pub enum AgeError {
    /// It does not begin as files of age begin.
    #[error("not a file of age")]
    NotAge,
    /// Of another version of age.
    #[error("of a newer version of age")]
    Newer,
    /// The header cannot be read, or was changed.
    #[error("the header is damaged")]
    Header,
    /// What was given does not open it.
    #[error("not the key")]
    WrongKey,
    /// It is locked with a passphrase, or with keys, and the other was given.
    #[error("locked otherwise")]
    Otherwise {
        /// Whether a passphrase opens it.
        passphrase: bool,
    },
    /// Opening it would take too long.
    #[error("too dear to open")]
    TooDear,
    /// It cannot be read.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Begins a file that any of these keys opens; [`Writer::finish`] ends it.
pub(crate) fn encrypt_for<W: Write>(keys: &[Recipient], to: W) -> io::Result<Writer<W>> {
    let file_key = Zeroizing::new(random::<16>());
    let mut stanzas = String::new();
    for key in keys {
        let secret = Zeroizing::new(random::<32>());
        let share = MontgomeryPoint::mul_base_clamped(*secret).to_bytes();
        let wrap = wrap_key(&secret, &key.0, &share, &key.0)
            .ok_or_else(|| io::Error::other("this key locks nothing"))?;
        let body = sealed(&wrap, &*file_key);
        stanzas +=
            &format!("-> X25519 {}\n{}\n", BASE64_NOPAD.encode(&share), BASE64_NOPAD.encode(&body));
    }
    Writer::begin(to, &file_key, &stanzas)
}

/// Begins a file that these words open.
pub(crate) fn encrypt_with<W: Write>(words: &str, to: W) -> io::Result<Writer<W>> {
    let file_key = Zeroizing::new(random::<16>());
    let salt = random::<16>();
    let wrap = scrypt_key(words, &salt, WORK_FACTOR).ok_or_else(|| io::Error::other("no key"))?;
    let body = BASE64_NOPAD.encode(&sealed(&wrap, &*file_key));
    let stanza = format!("-> scrypt {} {WORK_FACTOR}\n{body}\n", BASE64_NOPAD.encode(&salt));
    Writer::begin(to, &file_key, &stanza)
}

/// The key that both sides of a share have; none for shares that give everybody the same.
fn wrap_key(
    secret: &[u8; 32],
    with: &[u8; 32],
    share: &[u8; 32],
    recipient: &[u8; 32],
) -> Option<Zeroizing<[u8; 32]>> {
    let shared = Zeroizing::new(MontgomeryPoint(*with).mul_clamped(*secret).to_bytes());
    if *shared == [0; 32] {
        return None;
    }
    Some(derived(&*shared, &[share.as_slice(), recipient].concat(), X25519_INFO))
}

fn derived(from: &[u8], salt: &[u8], info: &[u8]) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    Hkdf::<Sha256>::new(Some(salt), from).expand(info, &mut *key).expect("32 bytes can be had");
    key
}

fn scrypt_key(words: &str, salt: &[u8], work_factor: u8) -> Option<Zeroizing<[u8; 32]>> {
    let params = scrypt::Params::new(work_factor, 8, 1).ok()?;
    let mut key = Zeroizing::new([0; 32]);
    let salt = [SCRYPT_SALT, salt].concat();
    scrypt::scrypt(words.as_bytes(), &salt, &params, &mut *key).ok()?;
    Some(key)
}

fn sealed(key: &[u8; 32], file_key: &[u8]) -> Vec<u8> {
    ChaCha20Poly1305::new(key.into())
        .encrypt(&[0; 12].into(), file_key)
        .expect("memory is large enough for 16 bytes")
}

fn opened(key: &[u8; 32], body: &[u8]) -> Option<Zeroizing<[u8; 16]>> {
    let plain = ChaCha20Poly1305::new(key.into()).decrypt(&[0; 12].into(), body).ok()?;
    Zeroizing::new(plain).as_slice().try_into().ok().map(Zeroizing::new)
}

fn header_mac(file_key: &[u8; 16], header: &str) -> Hmac<Sha256> {
    let key = derived(file_key, b"", b"header");
    let mut mac =
        <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(&*key).expect("any length is a key");
    mac.update(header.as_bytes());
    mac
}

/// Seals pieces with numbers that rise; the last one is marked.
struct Stream {
    cipher: ChaCha20Poly1305,
    n: u64,
}

impl Stream {
    fn new(file_key: &[u8; 16], nonce: &[u8; 16]) -> Self {
        let key = derived(file_key, nonce, b"payload");
        Self { cipher: ChaCha20Poly1305::new((&*key).into()), n: 0 }
    }

    fn nonce(&mut self, is_last: bool) -> [u8; 12] {
        let mut nonce = [0; 12];
        nonce[3..11].copy_from_slice(&self.n.to_be_bytes());
        nonce[11] = u8::from(is_last);
        self.n += 1;
        nonce
    }

    fn seal(&mut self, piece: &mut Vec<u8>, is_last: bool) {
        let nonce = self.nonce(is_last);
        self.cipher.encrypt_in_place(&nonce.into(), b"", piece).expect("a piece is short");
    }

    fn open(&mut self, piece: &mut Vec<u8>, is_last: bool) -> io::Result<()> {
        let nonce = self.nonce(is_last);
        self.cipher.decrypt_in_place(&nonce.into(), b"", piece).map_err(|_| damaged())
    }
}

/// The content was changed, or its end is missing.
fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "damaged or cut off")
}

/// Encrypts what is written.
pub(crate) struct Writer<W> {
    to: W,
    stream: Stream,
    piece: Vec<u8>,
}

impl<W: Write> Writer<W> {
    fn begin(mut to: W, file_key: &[u8; 16], stanzas: &str) -> io::Result<Self> {
        let header = format!("{VERSION}\n{stanzas}---");
        let mac = header_mac(file_key, &header).finalize().into_bytes();
        let nonce = random::<16>();
        to.write_all(format!("{header} {}\n", BASE64_NOPAD.encode(&mac)).as_bytes())?;
        to.write_all(&nonce)?;
        let piece = Vec::with_capacity(CHUNK + TAG);
        Ok(Self { to, stream: Stream::new(file_key, &nonce), piece })
    }

    fn write_piece(&mut self, is_last: bool) -> io::Result<()> {
        self.stream.seal(&mut self.piece, is_last);
        self.to.write_all(&self.piece)?;
        self.piece.clear();
        Ok(())
    }

    /// Ends the file; one that is not ended does not open.
    pub(crate) fn finish(mut self) -> io::Result<W> {
        self.write_piece(true)?;
        Ok(self.to)
    }
}

impl<W: Write> Write for Writer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A full piece waits: whether it is the last one is known when more comes.
        if self.piece.len() == CHUNK && !bytes.is_empty() {
            self.write_piece(false)?;
        }
        let n = bytes.len().min(CHUNK - self.piece.len());
        self.piece.extend_from_slice(&bytes[..n]);
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// Opens a file of age, as far as its header; what is read from it then is the content, checked piece
/// by piece.
pub(crate) fn decrypt<R: Read>(mut from: R, with: &Identity) -> Result<Reader<R>, AgeError> {
    let header = read_header(&mut from)?;
    let file_key = file_key(&header, with)?;
    let mac = BASE64_NOPAD.decode(header.mac.as_bytes()).map_err(|_| AgeError::Header)?;
    header_mac(&file_key, &header.signed).verify_slice(&mac).map_err(|_| AgeError::Header)?;
    let mut nonce = [0; 16];
    from.read_exact(&mut nonce)?;
    let stream = Stream::new(&file_key, &nonce);
    Ok(Reader {
        from,
        stream,
        piece: Zeroizing::new(Vec::new()),
        at: 0,
        next: None,
        is_done: false,
    })
}

/// Whether bytes begin as files of age begin.
pub fn is_age(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

struct Header {
    /// Type, arguments and body of each.
    stanzas: Vec<(Vec<String>, Vec<u8>)>,
    signed: String,
    mac: String,
}

fn read_header(from: &mut impl Read) -> Result<Header, AgeError> {
    let mut n_bytes = 0;
    let mut line = || -> Result<String, AgeError> {
        let mut line = Vec::new();
        let mut byte = [0];
        loop {
            match from.read_exact(&mut byte) {
                Err(error)
                    if error.kind() == io::ErrorKind::UnexpectedEof && n_bytes <= MAGIC.len() =>
                {
                    return Err(AgeError::NotAge);
                }
                read => read?,
            }
            n_bytes += 1;
            if byte[0] == b'\n' {
                return String::from_utf8(line).map_err(|_| AgeError::Header);
            }
            line.push(byte[0]);
            if n_bytes == MAGIC.len() && line != MAGIC {
                return Err(AgeError::NotAge);
            }
            if n_bytes > MAX_HEADER {
                return Err(AgeError::Header);
            }
        }
    };
    let first = line()?;
    if first != VERSION {
        return Err(if is_age(first.as_bytes()) { AgeError::Newer } else { AgeError::NotAge });
    }
    let mut header =
        Header { stanzas: Vec::new(), signed: format!("{first}\n"), mac: String::new() };
    let mut next = line()?;
    loop {
        if let Some(mac) = next.strip_prefix("--- ") {
            header.signed += "---";
            header.mac = mac.to_owned();
            return Ok(header);
        }
        let arguments = next.strip_prefix("-> ").ok_or(AgeError::Header)?;
        let arguments: Vec<String> = arguments.split(' ').map(Into::into).collect();
        header.signed += &format!("{next}\n");
        let mut body = String::new();
        loop {
            let part = line()?;
            header.signed += &format!("{part}\n");
            body += &part;
            if part.len() < 64 {
                break;
            }
        }
        let body = BASE64_NOPAD.decode(body.as_bytes()).map_err(|_| AgeError::Header)?;
        header.stanzas.push((arguments, body));
        next = line()?;
    }
}

fn file_key(header: &Header, with: &Identity) -> Result<Zeroizing<[u8; 16]>, AgeError> {
    let has_scrypt = header.stanzas.iter().any(|(it, _)| it[0] == "scrypt");
    if has_scrypt && header.stanzas.len() != 1 {
        return Err(AgeError::Header);
    }
    match with {
        Identity::Passphrase(_) if !has_scrypt => Err(AgeError::Otherwise { passphrase: false }),
        Identity::Key(_) if has_scrypt => Err(AgeError::Otherwise { passphrase: true }),
        Identity::Passphrase(words) => {
            let (arguments, body) = &header.stanzas[0];
            let [_, salt, work_factor] = arguments.as_slice() else { return Err(AgeError::Header) };
            let salt = BASE64_NOPAD.decode(salt.as_bytes()).map_err(|_| AgeError::Header)?;
            let work_factor: u8 = work_factor.parse().map_err(|_| AgeError::Header)?;
            if work_factor > MAX_WORK_FACTOR {
                return Err(AgeError::TooDear);
            }
            if salt.len() != 16 || body.len() != 32 {
                return Err(AgeError::Header);
            }
            let wrap = scrypt_key(words, &salt, work_factor).ok_or(AgeError::Header)?;
            opened(&wrap, body).ok_or(AgeError::WrongKey)
        }
        Identity::Key(secret) => {
            let public = MontgomeryPoint::mul_base_clamped(**secret).to_bytes();
            for (arguments, body) in &header.stanzas {
                let [kind, share] = arguments.as_slice() else { continue };
                let share = BASE64_NOPAD.decode(share.as_bytes()).ok();
                let share: Option<[u8; 32]> = share.and_then(|it| it.try_into().ok());
                let Some(share) = share.filter(|_| kind == "X25519" && body.len() == 32) else {
                    continue;
                };
                let wrap = wrap_key(secret, &share, &share, &public);
                if let Some(file_key) = wrap.and_then(|wrap| opened(&wrap, body)) {
                    return Ok(file_key);
                }
            }
            Err(AgeError::WrongKey)
        }
    }
}

/// The content of a file.
pub(crate) struct Reader<R> {
    from: R,
    stream: Stream,
    piece: Zeroizing<Vec<u8>>,
    at: usize,
    /// The first byte of the piece after this one: without it, this one is the last.
    next: Option<u8>,
    is_done: bool,
}

impl<R: Read> Reader<R> {
    fn read_piece(&mut self) -> io::Result<()> {
        let mut piece = std::mem::take(&mut *self.piece);
        piece.clear();
        piece.extend(self.next.take());
        let more = (CHUNK + TAG + 1 - piece.len()) as u64;
        (&mut self.from).take(more).read_to_end(&mut piece)?;
        if piece.len() > CHUNK + TAG {
            self.next = piece.pop();
        }
        self.is_done = self.next.is_none();
        let is_first = self.stream.n == 0;
        self.stream.open(&mut piece, self.is_done)?;
        if piece.is_empty() && !is_first {
            return Err(damaged());
        }
        *self.piece = piece;
        self.at = 0;
        Ok(())
    }
}

impl<R: Read> Read for Reader<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if self.at == self.piece.len() && !self.is_done {
            self.read_piece()?;
        }
        let rest = &self.piece[self.at..];
        let n = rest.len().min(to.len());
        to[..n].copy_from_slice(&rest[..n]);
        self.at += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read, Write},
        process::{Command, Stdio},
    };

    use super::{AgeError, CHUNK, Identity, Recipient, decrypt, encrypt_for, encrypt_with};

    /// From the documentation of the format: never used for anything.
    const SECRET: &str =
        "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";

    fn secret() -> Identity {
        Identity::read_key(&format!("# a comment\n{SECRET}\n")).unwrap()
    }

    fn public() -> Recipient {
        let Identity::Key(secret) = secret() else { unreachable!() };
        Recipient(super::MontgomeryPoint::mul_base_clamped(*secret).to_bytes())
    }

    fn words(words: &str) -> Identity {
        Identity::Passphrase(words.to_owned().into())
    }

    fn content(bytes: &[u8], with: &Identity) -> Result<Vec<u8>, AgeError> {
        let mut content = Vec::new();
        decrypt(bytes, with)?.read_to_end(&mut content)?;
        Ok(content)
    }

    #[test]
    fn what_was_written_is_read_with_the_key_and_with_the_words() {
        for len in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 5] {
            let plain: Vec<u8> = (0..len).map(|n| (n % 251) as u8).collect();
            let mut file = encrypt_for(&[public(), public()], Vec::new()).unwrap();
            file.write_all(&plain).unwrap();
            assert!(content(&file.finish().unwrap(), &secret()).unwrap() == plain, "{len}");
            let mut file = encrypt_with("five words", Vec::new()).unwrap();
            file.write_all(&plain).unwrap();
            let file = file.finish().unwrap();
            assert!(content(&file, &words("five words")).unwrap() == plain, "{len}");
            assert!(matches!(content(&file, &words("four words")), Err(AgeError::WrongKey)));
        }
    }

    #[test]
    fn a_byte_changed_anywhere_or_cut_off_is_noticed() {
        let mut file = encrypt_for(&[public()], Vec::new()).unwrap();
        file.write_all(&vec![7; CHUNK + 100]).unwrap();
        let file = file.finish().unwrap();
        let header = file.len() - CHUNK - 100 - 2 * 16 - 16;
        for at in (0..header + 40).chain([header + CHUNK, file.len() - 1]) {
            let mut changed = file.clone();
            changed[at] ^= 1;
            assert!(content(&changed, &secret()).is_err(), "byte {at}");
        }
        for len in (0..header + 40).chain([header + 16 + CHUNK + 16, file.len() - 1]) {
            assert!(content(&file[..len], &secret()).is_err(), "cut to {len}");
        }
        assert!(content(&[file.as_slice(), b"more"].concat(), &secret()).is_err());
    }

    #[test]
    fn what_cannot_be_opened_is_told_apart() {
        let mut file = encrypt_with("five words", Vec::new()).unwrap();
        file.write_all(b"a").unwrap();
        let file = file.finish().unwrap();
        let told = |bytes: &[u8], with: &Identity| content(bytes, with).unwrap_err().to_string();
        assert_eq!(told(&file, &secret()), "locked otherwise");
        assert_eq!(told(b"PK\x03\x04 a zip archive of some kind", &secret()), "not a file of age");
        assert_eq!(told(b"short", &secret()), "not a file of age");
        assert_eq!(told(b"age-encryption.org/v2\n", &secret()), "of a newer version of age");
        let text = String::from_utf8_lossy(&file[..60]).replace(" 4\n", " 30\n");
        let dear = [text.as_bytes(), &file[60..]].concat();
        assert_eq!(told(&dear, &words("five words")), "too dear to open");
    }

    #[test]
    fn keys_are_written_and_read_as_age_does() {
        let text = public().to_string();
        assert!(text.starts_with("age1") && text.len() == 62, "{text}");
        assert_eq!(text.parse(), Ok(public()));
        for wrong in ["", "age1", &text[..61], &text.to_uppercase(), SECRET] {
            assert!(wrong.parse::<Recipient>().is_err(), "{wrong}");
        }
        assert!(Identity::read_key("age1xyz").is_none());
    }

    /// Where the public tool is installed, each opens what the other wrote.
    #[test]
    fn the_public_tool_opens_it() {
        if Command::new("age").arg("--version").output().is_err() {
            return;
        }
        let dir = tempfile::tempdir().unwrap();
        let key = dir.path().join("key");
        std::fs::write(&key, SECRET).unwrap();
        let age = |args: &[&str], input: &[u8]| {
            let mut child = Command::new("age")
                .args(args)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            child.stdin.take().unwrap().write_all(input).unwrap();
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success(), "{args:?}");
            output.stdout
        };
        let plain = vec![9; CHUNK + 1];
        let mut file = encrypt_for(&[public()], Vec::new()).unwrap();
        file.write_all(&plain).unwrap();
        let file = file.finish().unwrap();
        assert!(age(&["-d", "-i", key.to_str().unwrap()], &file) == plain);
        let theirs = age(&["-r", &public().to_string()], &plain);
        assert!(content(&theirs, &secret()).unwrap() == plain);
    }
}
