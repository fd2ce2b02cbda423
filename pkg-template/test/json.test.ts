import * as assert from "node:assert/strict";
import { describe, test } from "node:test";
import { runInNewContext } from "node:vm";
import { decode, encode } from "../src/json.js";

function refused(value: unknown, ...parts: RegExp[]): void {
  assert.throws(
    () => encode(value, "cart"),
    (error) => {
      const { code, message } = error as { code: string; message: string };
      assert.equal(code, "not-encodable");
      for (const part of [/^cart: value/, ...parts]) assert.match(message, part);
      return true;
    },
  );
}

class Line {
  qty = 1;
}

describe("encode", () => {
  test("gives the JSON of what JSON can hold", () => {
    const values = [null, true, 0, -1.5, 1e300, "", "\u{1F600}", [], {}, [[null]], { a: { b: ["c"] } }, Object.create(null)];
    for (const value of values) assert.equal(encode(value, "cart"), JSON.stringify(value));
    assert.equal(encode(runInNewContext("({ a: [{}] })"), "cart"), '{"a":[{}]}', "also from another frame");
  });

  test("leaves out members that are undefined or under a symbol, and the sign of 0", () => {
    assert.equal(encode({ a: undefined, b: 1, [Symbol("c")]: 1 }, "cart"), '{"b":1}');
    assert.equal(encode([-0], "cart"), "[0]");
  });

  test("lets one object be at two places", () => {
    const shared = { a: 1 };
    assert.equal(encode([shared, shared], "cart"), '[{"a":1},{"a":1}]');
  });

  test("names the path of what JSON can't hold", () => {
    refused(undefined, /value is undefined/);
    refused([1, undefined], /value\[1\] is undefined/);
    // eslint-disable-next-line no-sparse-arrays
    refused({ a: [1, , 3] }, /value\.a\[1\] is undefined/);
    refused({ f() {} }, /value\.f is a function/);
    refused({ a: { b: Symbol("s") } }, /value\.a\.b is a symbol/);
    refused([{ n: 1n }], /value\[0\]\.n is a bigint/);
    refused({ "not a name": NaN }, /value\["not a name"\] is NaN/);
    refused([-Infinity], /value\[0\] is -Infinity/);
    refused({ m: new Map() }, /value\.m is an instance of Map/);
    refused({ s: new Set() }, /value\.s is an instance of Set/);
    refused({ at: new Date(0) }, /value\.at is an instance of Date/);
    refused(new Line(), /value is an instance of Line/);
    refused([Promise.resolve(1)], /instance of Promise/);
    refused(new Uint8Array(2), /instance of Uint8Array/);
    refused(Object("boxed"), /instance of String/);
    refused(Object.create(Object.create(Object.create(null))), /an instance/);
    refused({ a: { toJSON: () => 1 } }, /value\.a\.toJSON is a function/);
  });

  test("refuses half a surrogate pair in values and keys, and takes whole ones", () => {
    refused("\ud800", /half of a surrogate pair/);
    refused({ a: ["\udc00x"] }, /value\.a\[0\] is a string with half/);
    refused({ a: { "\ud83d": 1 } }, /value\.a is an object with half/);
    refused({ ["\ud83d"]: undefined, b: 1 }, /half/);
    assert.equal(encode({ "\ud83d\ude00": "\ud83d\ude00" }, "cart"), '{"😀":"😀"}');
  });

  test("refuses cycles and what is nested without end", () => {
    const cycle: { self?: unknown } = {};
    cycle.self = [cycle];
    refused(cycle, /value\.self\[0\] is a cycle/);
    let deep: unknown = 1;
    for (let level = 0; level < 100_000; level++) deep = [deep];
    refused(deep, /nested deeper than 100 levels/);
  });

  test("never quotes a value", () => {
    assert.throws(
      () => encode({ secret: ["canary", new Date()], text: "canary\ud800" }, "cart"),
      (error) => {
        assert.doesNotMatch((error as Error).message, /canary/);
        return true;
      },
    );
  });
});

describe("decode", () => {
  test("freezes all the way down", () => {
    const value = decode('{"a":[{"b":{}}]}') as { a: { b: object }[] };
    assert.ok(Object.isFrozen(value) && Object.isFrozen(value.a) && Object.isFrozen(value.a[0]?.b));
  });

  test("keeps the identity of members that are as they were", () => {
    const old = decode('{"a":[1],"b":[1],"__proto__":{"c":[1]}}') as { a: object; b: object };
    const value = decode('{"__proto__":{"c":[1]},"a":[1],"b":[2]}', old) as { a: object; b: object };
    assert.equal(value.a, old.a);
    assert.notEqual(value.b, old.b);
    assert.deepEqual(Object.keys(value), ["__proto__", "a", "b"]);
    const proto = (of: object) => Object.getOwnPropertyDescriptor(of, "__proto__")?.value as unknown;
    assert.equal(proto(value), proto(old));
    assert.equal(Object.getPrototypeOf(value), Object.prototype);
  });

  test("takes nothing over from a prototype", () => {
    const value = decode('{"__proto__":{}}', decode("{}")) as object;
    assert.notEqual(Object.getOwnPropertyDescriptor(value, "__proto__")?.value, Object.prototype);
  });
});
