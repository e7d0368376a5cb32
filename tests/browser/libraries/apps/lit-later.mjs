// A chunk that is asked for when it is needed.
export default 'a chunk on demand';
