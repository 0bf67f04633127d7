// assembly/layout.ts is compiled by both languages. What AssemblyScript calls these types is a number to TypeScript.

declare type u32 = number
declare type u64 = number
declare type usize = number
