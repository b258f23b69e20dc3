//! CRC-64/ISO as Go's `hash/crc64` computes it.

/// The polynomial x^64 + x^4 + x^3 + x + 1, lowest bit first.
const POLYNOMIAL: u64 = 0xd800_0000_0000_0000;
/// Bytes that are taken at once.
const STRIDE: usize = 16;

/// For each place in a stride, what a byte there does to the sum.
static TABLES: [[u64; 256]; STRIDE] = tables();

const fn tables() -> [[u64; 256]; STRIDE] {
    let mut tables = [[0; 256]; STRIDE];
    let mut byte = 0;
    while byte < 256 {
        let mut sum = byte as u64;
        let mut bit = 0;
        while bit < 8 {
            sum = if sum & 1 == 1 { sum >> 1 ^ POLYNOMIAL } else { sum >> 1 };
            bit += 1;
        }
        tables[0][byte] = sum;
        byte += 1;
    }
    let mut place = 1;
    while place < STRIDE {
        let mut byte = 0;
        while byte < 256 {
            let before = tables[place - 1][byte];
            tables[place][byte] = tables[0][(before & 0xff) as usize] ^ before >> 8;
            byte += 1;
        }
        place += 1;
    }
    tables
}

/// A checksum of bytes that arrive in pieces, as tar-split keeps one of each file.
///
/// ```
/// let mut crc = layerglass::layer::Crc64::default();
/// crc.update(b"1234");
/// crc.update(b"56789");
/// assert_eq!(crc.finish(), 0xb909_56c7_75a4_1001_u64.to_be_bytes());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Crc64(u64);

impl Default for Crc64 {
    fn default() -> Self {
        Self(u64::MAX)
    }
}

impl Crc64 {
    /// Takes more bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        let (strides, rest) = bytes.as_chunks::<STRIDE>();
        let mut sum = self.0;
        for stride in strides {
            let mixed = u128::from_le_bytes(*stride) ^ u128::from(sum);
            sum = 0;
            for (byte, table) in mixed.to_le_bytes().into_iter().zip(TABLES.iter().rev()) {
                sum ^= table[usize::from(byte)];
            }
        }
        for byte in rest {
            let index = (sum ^ u64::from(*byte)) & 0xff;
            sum = TABLES[0][index as usize] ^ sum >> 8;
        }
        self.0 = sum;
    }

    /// The sum, highest byte first.
    pub const fn finish(self) -> [u8; 8] {
        (!self.0).to_be_bytes()
    }
}
