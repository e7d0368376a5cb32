// What lies beside the worker when it is uploaded: the SDK's own files.
declare module '*.wasm' {
  const module: WebAssembly.Module;
  export default module;
}
declare module '*.bin' {
  const bytes: ArrayBuffer;
  export default bytes;
}
declare module '*.json' {
  const text: string;
  export default text;
}
