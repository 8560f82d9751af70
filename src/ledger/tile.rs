//! Tiles: the tree and the entries cut into files of 256, as C2SP's tlog-tiles has them, so that any file server can serve a
//! ledger and anybody can copy it.

use super::tree::{Edge, node_hash};
use crate::kernel::Digest;

/// How many digests, or entries, a full tile has.
pub const WIDTH: u64 = 256;
/// How many levels of the tree one tile spans.
pub const HEIGHT: u32 = 8;

/// One tile of the tree: its level among tiles, and its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TileId {
    /// 0 holds the entries' digests, 1 the digests of full tiles of level 0, and so on.
    pub level: u32,
    /// The number at this level.
    pub number: u64,
}

impl TileId {
    /// The tile that holds a complete node of the tree.
    pub fn of_node(level: u32, number: u64) -> Self {
        Self {
            level: level / HEIGHT,
            number: (number << (level % HEIGHT)) / WIDTH,
        }
    }

    /// How many digests it has in a tree of this size.
    pub fn width(self, size: u64) -> u64 {
        let whole = size.checked_shr(self.level * HEIGHT).unwrap_or(0);
        whole.saturating_sub(self.number * WIDTH).min(WIDTH)
    }

    /// Its path, as `tile/0/x001/234` or, when partial, `tile/0/005.p/12`.
    pub fn path(self, width: u64) -> String {
        format!("tile/{}/{}", self.level, numbered(self.number, width))
    }
}

/// The path of a bundle of entries, as `tile/entries/x001/234`.
pub fn entries_path(number: u64, width: u64) -> String {
    format!("tile/entries/{}", numbered(number, width))
}

fn numbered(number: u64, width: u64) -> String {
    let mut path = format!("{:03}", number % 1000);
    let mut rest = number / 1000;
    while rest > 0 {
        path = format!("x{:03}/{path}", rest % 1000);
        rest /= 1000;
    }
    if width < WIDTH {
        format!("{path}.p/{width}")
    } else {
        path
    }
}

/// What a path after `tile/` asks for: level (`None` for entries), number, width.
pub fn asked(path: &str) -> Option<(Option<u32>, u64, u64)> {
    let (level, rest) = path.split_once('/')?;
    let level = match level {
        "entries" => None,
        digits => Some(digits.parse().ok().filter(|level| *level < 8)?),
    };
    let (rest, width) = match rest.split_once(".p/") {
        Some((rest, width)) => (rest, width.parse().ok().filter(|width| (1..WIDTH).contains(width))?),
        None => (rest, WIDTH),
    };
    let mut number = 0_u64;
    for part in rest.split('/') {
        let digits: u64 = part
            .trim_start_matches('x')
            .parse()
            .ok()
            .filter(|digits| *digits < 1000)?;
        number = number.checked_mul(1000)?.checked_add(digits)?;
    }
    // One address for one tile.
    let written = match level {
        None => entries_path(number, width),
        Some(level) => TileId { level, number }.path(width),
    };
    (written.strip_prefix("tile/") == Some(path)).then_some((level, number, width))
}

/// The digest of a complete node from the digests of its tile.
pub fn node_in(level: u32, number: u64, tile: &[Digest]) -> Option<Digest> {
    let below = level % HEIGHT;
    let length = 1_usize << below;
    let start = usize::try_from((number << below) % WIDTH).ok()?;
    root_of(tile.get(start..start + length)?)
}

/// The root over a power of two of neighbours.
fn root_of(hashes: &[Digest]) -> Option<Digest> {
    match hashes {
        [] => None,
        [one] => Some(*one),
        more => {
            let (left, right) = more.split_at(more.len() / 2);
            Some(node_hash(&root_of(left)?, &root_of(right)?))
        }
    }
}

/// A tile's digests as bytes.
pub fn to_bytes(tile: &[Digest]) -> Vec<u8> {
    tile.iter().flat_map(|hash| hash.bytes().iter().copied()).collect()
}

/// A tile's digests from its bytes.
pub fn from_bytes(bytes: &[u8]) -> Option<Vec<Digest>> {
    let (hashes, rest) = bytes.as_chunks::<32>();
    rest.is_empty()
        .then(|| hashes.iter().map(|hash| Digest::from_bytes(*hash)).collect())
}

/// Entries as a bundle: each with its length in two bytes before it.
pub fn bundle<'a>(entries: impl IntoIterator<Item = &'a str>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in entries {
        let length = u16::try_from(entry.len()).unwrap_or(u16::MAX);
        bytes.extend(length.to_be_bytes());
        bytes.extend(entry.as_bytes().iter().take(usize::from(length)));
    }
    bytes
}

/// A growing tree, cut into tiles: the right-hand, still partial ones are held here, full ones are handed out once.
#[derive(Debug, Clone, Default)]
pub struct Growth {
    edge: Edge,
    partial: Vec<Vec<Digest>>,
}

impl Growth {
    /// How many entries there are.
    pub fn size(&self) -> u64 {
        self.edge.size()
    }

    /// The root.
    pub fn root(&self) -> Digest {
        self.edge.root()
    }

    /// The digests of a tile that is still partial.
    pub fn partial(&self, level: u32) -> &[Digest] {
        let level = usize::try_from(level).unwrap_or(usize::MAX);
        self.partial.get(level).map(Vec::as_slice).unwrap_or_default()
    }

    /// Adds the digest of an entry; gives the tiles that became full by it.
    pub fn push(&mut self, leaf: Digest) -> Vec<(TileId, Vec<Digest>)> {
        self.edge.push(leaf);
        let mut full = Vec::new();
        let (mut level, mut hash) = (0, leaf);
        loop {
            let at = level as usize;
            if self.partial.len() == at {
                self.partial.push(Vec::new());
            }
            self.partial[at].push(hash);
            if self.partial[at].len() < 256 {
                return full;
            }
            let tile = std::mem::take(&mut self.partial[at]);
            let number = (self.edge.size() >> ((level + 1) * HEIGHT)) - 1;
            let Some(root) = root_of(&tile) else { return full };
            full.push((TileId { level, number }, tile));
            (level, hash) = (level + 1, root);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::ledger::tree;

    #[test]
    fn paths_are_those_of_the_specification() {
        let tile = |number| TileId { level: 0, number };
        assert_eq!(tile(1_234_067).path(WIDTH), "tile/0/x001/x234/067");
        assert_eq!(tile(5).path(12), "tile/0/005.p/12");
        assert_eq!(entries_path(1000, WIDTH), "tile/entries/x001/000");
        assert_eq!(asked("0/x001/x234/067"), Some((Some(0), 1_234_067, WIDTH)));
        assert_eq!(asked("entries/005.p/12"), Some((None, 5, 12)));
        for wrong in [
            "0/5",
            "0/x000/005",
            "0/005.p/256",
            "0/005.p/0",
            "9/000",
            "0/1000",
            "../etc",
            "0/0/0",
            "",
        ] {
            assert_eq!(asked(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn proofs_from_tiles_are_those_from_the_whole_list() {
        let leaves: Vec<_> = (0..1500_u32).map(|n| tree::leaf_hash(&n.to_be_bytes())).collect();
        let mut growth = Growth::default();
        let mut tiles = BTreeMap::new();
        for leaf in &leaves {
            tiles.extend(growth.push(*leaf));
        }
        assert_eq!(tiles.len(), 5);
        let mut from_tiles = |level, number| {
            let id = TileId::of_node(level, number);
            let tile = tiles.get(&id).map_or_else(|| growth.partial(id.level), Vec::as_slice);
            node_in(level, number, tile)
        };
        assert_eq!(tree::root(1500, &mut from_tiles), Some(growth.root()));
        for (index, size) in [(0, 1), (0, 1500), (255, 256), (256, 257), (700, 1300), (1499, 1500)] {
            let wanted = tree::inclusion(index, size, &mut tree::over(&leaves));
            assert!(wanted.is_some());
            assert_eq!(
                tree::inclusion(index, size, &mut from_tiles),
                wanted,
                "{index} of {size}"
            );
            let wanted = tree::consistency(index, size, &mut tree::over(&leaves));
            assert_eq!(tree::consistency(index, size, &mut from_tiles), wanted);
        }
        assert_eq!(TileId { level: 0, number: 5 }.width(1500), 220);
        assert_eq!(TileId { level: 1, number: 0 }.width(1500), 5);
    }
}
