using System.Diagnostics;
using System.Text.Json.Nodes;
using Kairship.Workflows.Expressions;

namespace Kairship.Workflows.Tests.Expressions;

public sealed class ScriptLimitTests
{
    private readonly ExpressionCompiler compiler = new();
    private readonly ExpressionCompiler unhurried = new(new ExpressionLimits { Time = TimeSpan.FromSeconds(20) });

    [Theory]
    [InlineData("while (true) {}", "*100000 statements*")]
    [InlineData("try { while (true) {} } catch (e) { 'caught' }", "*100000 statements*")]
    [InlineData("function f() { return f(); } f()", "*deeper than 64*")]
    [InlineData("let s = 'a'; while (true) s += s", "*")]
    [InlineData("const a = []; while (true) a.push('xxxxxxxxxxxxxxxxxxxxxx' + a.length)", "*16 MB*")]
    [InlineData("Array(1e9).fill(1)", "*1000000 elements*")]
    [InlineData("'a'.repeat(1 << 28).length", "*1000000 characters*")]
    [InlineData("'a'.padEnd(1e9).length", "*1000000 characters*")]
    [InlineData("''['re' + 'peat'].call('ab', 1e8).length", "*1000000 characters*")]
    [InlineData("'a'.repeat(100000).replace(/a/g, 'b'.repeat(100000)).length", "*1000000 characters*")]
    [InlineData("'a'.repeat(100000).replaceAll('a', \"$'\").length", "*1000000 characters*")]
    [InlineData("Array(200).fill('a'.repeat(100000)).join('').length", "*1000000 characters*")]
    [InlineData("Array(20000).join('a'.repeat(100000)).length", "*1000000 characters*")]
    [InlineData("'a'.concat(...Array(200).fill('a'.repeat(100000))).length", "*1000000 characters*")]
    [InlineData("let a = ['xxxxxxxxxx']; for (let i = 0; i < 40; i++) a = [a, a]; JSON.stringify(a).length", "*50000 parts*")]
    [InlineData("let a = ['xxxxxxxxxx']; for (let i = 0; i < 40; i++) a = [a, a]; a", "*50000 parts*")]
    [InlineData("let a = ['xxxxxxxxxx']; for (let i = 0; i < 40; i++) a = [a, a]; String(a).length", "*50000 parts*")]
    [InlineData("let a = {}; for (let i = 0; i < 100; i++) a = { a }; a", "*deeper than 64*")]
    [InlineData("/(a+)+$/.test('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!')", "*500 ms*")]
    [InlineData("eval('1')", "*eval is not defined*")]
    [InlineData("new Function('return 1')()", "*compilation*")]
    [InlineData("new ArrayBuffer(1e9)", "*not defined*")]
    [InlineData("new Uint8Array(1e9)", "*not defined*")]
    [InlineData("globalThis.Atomics.wait()", "*")]
    [InlineData("System.IO.File.ReadAllText('/etc/passwd')", "*System is not defined*")]
    [InlineData("importNamespace('System')", "*not defined*")]
    [InlineData("getName().GetType()", "*")]
    [InlineData("getVariable.constructor('return process')()", "*compilation*")]
    [InlineData("import('fs')", "*")]
    [InlineData("const s = 'a'.repeat(9e5); Array(5000).fill(0).map((_, i) => s + i).sort().length", "*1000000 characters*")]
    [InlineData("const s = 'a'.repeat(9e5); new Set(Array(5000).fill(0).map((_, i) => s + i)).size", "*")]
    [InlineData("const s = 'a'.repeat(9e5); new Map(Array(5000).fill(0).map((_, i) => [s + i, i])).size", "*")]
    [InlineData("const s = 'a'.repeat(9e5); Math.max(...Array(5000).fill(0).map((_, i) => s + i))", "*1000000 characters*")]
    [InlineData("const s = 'a'.repeat(9e5); Object.fromEntries(Array(5000).fill(0).map((_, i) => [s + i, i]))", "*1000000 characters*")]
    [InlineData("Object.keys('a'.repeat(9e5)).length", "*1000000 characters*")]
    [InlineData("'a'.repeat(9e5).match(/a/g).length", "*1000000 characters*")]
    [InlineData("'ab'.repeat(4e5).indexOf('ab'.repeat(1e5) + 'ba' + 'ab'.repeat(1e5))", "*takes too long*")]
    [InlineData("Array(1e6).fill(Array(1e6).fill(1)).flat().length", "*16 MB*")]
    [InlineData("const a = { length: 1e9 }; Array.prototype.forEach.call(a, x => x)", "*")]
    [InlineData("function* g() { while (true) yield 1; } [...g()].length", "*100000 statements*")]
    [InlineData("JSON.parse('['.repeat(100000))", "*")]
    [InlineData("let a = []; for (let i = 0; i < 50000; i++) a = [a]; a.flat(Infinity)", "*stack*")]
    [InlineData("let f = x => x; for (let i = 0; i < 50000; i++) f = f.bind(null); f()", "*")]
    [InlineData("const h = { get x() { return this.x; } }; h.x", "*deeper than 64*")]
    [InlineData("const o = { toJSON() { while (true) {} } }; JSON.stringify(o)", "*100000 statements*")]
    [InlineData("10n ** 10n", "*BigInt*")]
    [InlineData("new Proxy({}, {})", "*not defined*")]
    [InlineData("({ get x() { return 1; } })", "*getter*")]
    [InlineData("new Promise(() => {})", "*never settles*")]
    public void Script_PastLimit_EndsWithReason(string source, string message)
    {
        // On a busy machine the time would be up before another limit is met; where any will do, or the time is meant, it is what it is.
        var subject = message == "*" || message.Contains("ms", StringComparison.Ordinal) ? compiler : unhurried;
        var bound = TimeSpan.FromSeconds(message.Contains("MB", StringComparison.Ordinal) ? 20 : 5);
        var watch = Stopwatch.StartNew();
        var before = GC.GetAllocatedBytesForCurrentThread();
        FluentActions.Invoking(() => Run(subject, source)).Should().Throw<ExpressionException>().WithMessage(message);
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(100 * 1024 * 1024);
        watch.Elapsed.Should().BeLessThan(bound);
    }

    [Theory]
    [InlineData(20_000, "(", "1", ")")]
    [InlineData(20_000, "[", "1", "]")]
    [InlineData(5_000, "getName()+", "1", "")]
    [InlineData(5_000, "-", "1", "")]
    [InlineData(2_000, "if (1) ", "1", "")]
    [InlineData(3_000, "{", "1", "}")]
    public void Source_NestedTooDeep_IsRefused(int times, string before, string inside, string after)
    {
        var source = string.Concat(Enumerable.Repeat(before, times)) + inside + string.Concat(Enumerable.Repeat(after, times));
        FluentActions.Invoking(() => Run(source)).Should().Throw<ExpressionException>().WithMessage("*does not parse*");
    }

    [Fact]
    public void Functions_NestedDeep_EndWithReason() =>
        FluentActions.Invoking(() => Run(string.Concat(Enumerable.Range(0, 7_000).Select(i => $"a{i} => ")) + "1")).Should().Throw<ExpressionException>();

    [Fact]
    public void Source_TooLong_IsRefused() =>
        FluentActions.Invoking(() => Run("'" + new string('x', 70_000) + "'")).Should().Throw<ExpressionException>().WithMessage("*at most 65536*");

    [Fact]
    public void Recursion_WithDeepExpressions_OnSmallStack_EndsWithReason()
    {
        // 64 calls, each inside an expression as deep as the parser takes: a native stack overflow would end the process.
        var nested = string.Concat(Enumerable.Repeat("1+(", 100)) + "f()" + string.Concat(Enumerable.Repeat(")", 100));
        Exception? thrown = null;
        var thread = new Thread(() => thrown = Record.Exception(() => Run($"function f() {{ return {nested}; }} f()")), maxStackSize: 512 * 1024);
        thread.Start();
        thread.Join();
        thrown.Should().BeOfType<ExpressionException>();
    }

    [Fact]
    public void Limits_Set_AreKept()
    {
        var strict = new ExpressionCompiler(new ExpressionLimits { Time = TimeSpan.FromSeconds(20), Statements = 10, Recursion = 2, ResultValues = 3, Source = 200 });
        void Evaluate(string source) => strict.Compile("JavaScript", source, "Object").Evaluate(new FakeScope());
        FluentActions.Invoking(() => Evaluate("for (let i = 0; i < 20; i++) i")).Should().Throw<ExpressionException>().WithMessage("*10 statements*");
        FluentActions.Invoking(() => Evaluate("[1, 2, 3, 4].map(x => x)")).Should().Throw<ExpressionException>().WithMessage("*3 parts*");
        FluentActions.Invoking(() => Evaluate(new string(' ', 300) + "1")).Should().Throw<ExpressionException>().WithMessage("*200*");
    }

    private JsonNode? Run(string source) => Run(compiler, source);

    private static JsonNode? Run(ExpressionCompiler compiler, string source) => compiler.Compile("JavaScript", source, "Object").Evaluate(FakeScope.With(("Name", "\"web\"")));
}
