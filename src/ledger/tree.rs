//! The tree over the entries, by RFC 6962: one digest for the whole list, and short proofs about it.
//!
//! A node is named by its level (0 are the leaves) and its number at that level; only complete nodes have a name. Whoever
//! asks for a digest or a proof says how to look complete nodes up, so that nothing needs the whole list in memory.

use sha2::{Digest as _, Sha256};

use crate::kernel::Digest;

/// The digest of one entry.
pub fn leaf_hash(entry: &[u8]) -> Digest {
    let mut hash = Sha256::new();
    hash.update([0]);
    hash.update(entry);
    Digest::from_bytes(hash.finalize().into())
}

/// The digest over two neighbours.
pub fn node_hash(left: &Digest, right: &Digest) -> Digest {
    let mut hash = Sha256::new();
    hash.update([1]);
    hash.update(left.bytes());
    hash.update(right.bytes());
    Digest::from_bytes(hash.finalize().into())
}

/// The digest of no entries.
pub fn empty_root() -> Digest {
    Digest::of(&[])
}

/// Looks up the digest of a complete node by its level and number.
pub trait Nodes {
    /// The digest, if the node is there.
    fn node(&mut self, level: u32, number: u64) -> Option<Digest>;
}

impl<F: FnMut(u32, u64) -> Option<Digest>> Nodes for F {
    fn node(&mut self, level: u32, number: u64) -> Option<Digest> {
        self(level, number)
    }
}

/// The digest of the first `size` entries; `None` when a node is missing.
pub fn root(size: u64, nodes: &mut impl Nodes) -> Option<Digest> {
    if size == 0 {
        return Some(empty_root());
    }
    range(0, size, nodes)
}

/// The digest over the entries from `start` up to `end`; `start` is a multiple of the largest power of two below the length.
fn range(start: u64, end: u64, nodes: &mut impl Nodes) -> Option<Digest> {
    let length = end - start;
    if length.is_power_of_two() {
        let level = length.trailing_zeros();
        return nodes.node(level, start >> level);
    }
    let middle = start + split(length);
    let left = range(start, middle, nodes)?;
    Some(node_hash(&left, &range(middle, end, nodes)?))
}

/// The largest power of two below a length of at least two.
fn split(length: u64) -> u64 {
    1 << (length - 1).ilog2()
}

/// Shows that the entry at `index` is among the first `size`, from the leaf's neighbour up.
pub fn inclusion(index: u64, size: u64, nodes: &mut impl Nodes) -> Option<Vec<Digest>> {
    if index >= size {
        return None;
    }
    let (mut start, mut end) = (0, size);
    let mut path = Vec::new();
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            path.push(range(middle, end, nodes)?);
            end = middle;
        } else {
            path.push(range(start, middle, nodes)?);
            start = middle;
        }
    }
    path.reverse();
    Some(path)
}

/// The root that follows from a leaf and its proof; `None` when the proof has not the right length.
pub fn root_by_inclusion(leaf: Digest, index: u64, size: u64, path: &[Digest]) -> Option<Digest> {
    if index >= size {
        return None;
    }
    let (mut number, mut last) = (index, size - 1);
    let mut hash = leaf;
    for neighbour in path {
        if last == 0 {
            return None;
        }
        if number % 2 == 1 || number == last {
            hash = node_hash(neighbour, &hash);
            while number.is_multiple_of(2) && number != 0 {
                number >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, neighbour);
        }
        number >>= 1;
        last >>= 1;
    }
    (last == 0).then_some(hash)
}

/// Shows that the first `old` entries of a list of `new` are the list as it once was.
pub fn consistency(old: u64, new: u64, nodes: &mut impl Nodes) -> Option<Vec<Digest>> {
    if old > new {
        return None;
    }
    if old == 0 || old == new {
        return Some(Vec::new());
    }
    let (mut start, mut end) = (0, new);
    let mut path = Vec::new();
    // Down to where the old list ends at a node's end.
    while end != old {
        let middle = start + split(end - start);
        if old <= middle {
            path.push(range(middle, end, nodes)?);
            end = middle;
        } else {
            path.push(range(start, middle, nodes)?);
            start = middle;
        }
    }
    // A whole left part is the old root itself, which the other side knows.
    if start != 0 {
        path.push(range(start, end, nodes)?);
    }
    path.reverse();
    Some(path)
}

/// Whether a proof shows that the list of `old` entries with this root is the beginning of the list of `new` with that root.
pub fn is_consistent(old: u64, old_root: &Digest, new: u64, new_root: &Digest, path: &[Digest]) -> bool {
    if old > new {
        return false;
    }
    if old == new {
        return path.is_empty() && old_root == new_root;
    }
    if old == 0 {
        return path.is_empty() && *old_root == empty_root();
    }
    let mut path = path.iter();
    let (mut number, mut last) = (old - 1, new - 1);
    while number % 2 == 1 {
        number >>= 1;
        last >>= 1;
    }
    let first = if number == 0 { Some(old_root) } else { path.next() };
    let Some(first) = first else { return false };
    let (mut before, mut after) = (*first, *first);
    for neighbour in path {
        if last == 0 {
            return false;
        }
        if number % 2 == 1 || number == last {
            before = node_hash(neighbour, &before);
            after = node_hash(neighbour, &after);
            while number.is_multiple_of(2) && number != 0 {
                number >>= 1;
                last >>= 1;
            }
        } else {
            after = node_hash(&after, neighbour);
        }
        number >>= 1;
        last >>= 1;
    }
    last == 0 && before == *old_root && after == *new_root
}

/// The right edge of a growing tree: enough to add entries and to tell the root at any moment, and nothing more.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edge {
    size: u64,
    /// One complete node for each bit of the size, the largest first.
    peaks: Vec<Digest>,
}

impl Edge {
    /// How many entries there are.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds the digest of an entry.
    pub fn push(&mut self, leaf: Digest) {
        let mut hash = leaf;
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                hash = node_hash(&left, &hash);
            }
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    /// The digest of everything so far.
    pub fn root(&self) -> Digest {
        let mut peaks = self.peaks.iter().rev().copied();
        let last = peaks.next().unwrap_or_else(empty_root);
        peaks.fold(last, |right, left| node_hash(&left, &right))
    }
}

/// Complete nodes over leaves that are all in memory.
pub fn over(leaves: &[Digest]) -> impl FnMut(u32, u64) -> Option<Digest> + '_ {
    |level, number| {
        let length = 1_usize.checked_shl(level)?;
        let start = usize::try_from(number).ok()?.checked_mul(length)?;
        let within = leaves.get(start..start.checked_add(length)?)?;
        let mut edge = Edge::default();
        for leaf in within {
            edge.push(*leaf);
        }
        Some(edge.root())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The eight entries that RFC 6962's own implementation is tested with, and the roots of the first one to eight.
    pub(crate) const ENTRIES: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    const ROOTS: [&str; 8] = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    fn leaves(count: usize) -> Vec<Digest> {
        (0..count)
            .map(|index| leaf_hash(format!("entry {index}").as_bytes()))
            .collect()
    }

    #[test]
    fn roots_are_those_of_the_rfcs_vectors() {
        let hashed: Vec<_> = ENTRIES.iter().map(|entry| leaf_hash(entry)).collect();
        let mut edge = Edge::default();
        assert_eq!(
            edge.root().to_string(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
        for (count, wanted) in (1..).zip(ROOTS) {
            edge.push(hashed[count - 1]);
            assert_eq!(edge.root().to_string(), wanted, "{count}");
            assert_eq!(root(count as u64, &mut over(&hashed)).unwrap().to_string(), wanted);
        }
    }

    #[test]
    fn inclusion_proofs_are_those_of_the_rfcs_vectors() {
        let hashed: Vec<_> = ENTRIES.iter().map(|entry| leaf_hash(entry)).collect();
        let told = |index, size| -> Vec<String> {
            let path = inclusion(index, size, &mut over(&hashed)).unwrap();
            path.iter().map(ToString::to_string).collect()
        };
        assert_eq!(told(0, 1), Vec::<String>::new());
        assert_eq!(
            told(0, 8),
            [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
            ]
        );
        assert_eq!(
            told(5, 8),
            [
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"
            ]
        );
        assert_eq!(
            told(2, 3),
            ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]
        );
    }

    #[test]
    fn consistency_proofs_are_those_of_the_rfcs_vectors() {
        let hashed: Vec<_> = ENTRIES.iter().map(|entry| leaf_hash(entry)).collect();
        let told = |old, new| -> Vec<String> {
            let path = consistency(old, new, &mut over(&hashed)).unwrap();
            path.iter().map(ToString::to_string).collect()
        };
        assert_eq!(told(1, 1), Vec::<String>::new());
        assert_eq!(
            told(1, 8),
            [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
            ]
        );
        assert_eq!(
            told(6, 8),
            [
                "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"
            ]
        );
        assert_eq!(
            told(2, 5),
            [
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
            ]
        );
    }

    #[test]
    fn every_proof_of_every_size_holds_and_no_other_does() {
        let leaves = leaves(40);
        for size in 1..=40_u64 {
            let whole = root(size, &mut over(&leaves)).unwrap();
            for index in 0..size {
                let path = inclusion(index, size, &mut over(&leaves)).unwrap();
                let leaf = leaves[usize::try_from(index).unwrap()];
                assert_eq!(root_by_inclusion(leaf, index, size, &path), Some(whole));
                let elsewhere = root_by_inclusion(leaf, (index + 1) % size, size, &path);
                assert!(size == 1 || elsewhere != Some(whole), "{index} of {size}");
                assert_ne!(
                    root_by_inclusion(whole, index, size, &path),
                    Some(whole).filter(|_| size > 1)
                );
                let longer = [&path[..], &[whole]].concat();
                assert_eq!(root_by_inclusion(leaf, index, size, &longer), None);
            }
            for old in 0..=size {
                let before = root(old, &mut over(&leaves)).unwrap();
                let path = consistency(old, size, &mut over(&leaves)).unwrap();
                assert!(is_consistent(old, &before, size, &whole, &path), "{old} of {size}");
                if old != size {
                    assert!(!is_consistent(old, &leaves[0], size, &leaves[1], &path));
                }
                if !path.is_empty() {
                    assert!(!is_consistent(old, &before, size, &whole, &path[1..]));
                    let mut altered = path.clone();
                    altered[0] = leaves[39];
                    assert!(!is_consistent(old, &before, size, &whole, &altered) || path[0] == leaves[39]);
                }
            }
        }
    }
}
