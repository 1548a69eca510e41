using System.Text.Json.Nodes;
using CsCheck;
using Kairship.Workflows.Expressions;

namespace Kairship.Workflows.Tests.Expressions;

/// <summary>No evaluation sees anything of the one before it, whatever that did.</summary>
public sealed class ScriptIsolationTests
{
    // All that is reachable from the global object without running anything: names, kinds, values, flags, prototypes.
    private const string Fingerprint = """
        const seen = new Map(); const out = [];
        function note(value, path) {
          if (value === null || (typeof value !== 'object' && typeof value !== 'function')) { out.push(path + '=' + String(value)); return; }
          if (seen.has(value)) { out.push(path + '->' + seen.get(value)); return; }
          seen.set(value, path);
          out.push(path + ':' + typeof value + Object.isExtensible(value));
          if (path.length > 40 || path === '/variables' || path === '/input') return;
          for (const key of Object.getOwnPropertyNames(value).concat(Object.getOwnPropertySymbols(value))) {
            const d = Object.getOwnPropertyDescriptor(value, key);
            const at = path + '/' + String(key);
            out.push(at + (d.writable ? 'w' : '') + (d.enumerable ? 'e' : '') + (d.configurable ? 'c' : ''));
            if ('value' in d) note(d.value, at); else { note(d.get, at + '.get'); note(d.set, at + '.set'); }
          }
          note(Object.getPrototypeOf(value), path + '/[[Prototype]]');
        }
        note(globalThis, '');
        // A short stand-in for the text, which is longer than a result may be.
        let hash = 0; const text = out.join('\n');
        for (const line of out) for (let i = 0; i < line.length; i += 3) hash = (hash * 31 + line.charCodeAt(i)) | 0;
        return out.length + ':' + text.length + ':' + hash;
        """;

    private static readonly ExpressionLimits Wide = new()
    {
        PooledEngines = 1, Time = TimeSpan.FromSeconds(30), Memory = 512 * 1024 * 1024, Statements = 5_000_000, ResultText = 4_000_000,
    };

    private static readonly Lazy<string> Untouched = new(() => Print(new ExpressionCompiler(Wide)));

    [Fact]
    public void Fingerprint_OfTwoFreshEngines_IsTheSame() => Print(new ExpressionCompiler(Wide)).Should().Be(Untouched.Value);

    [Theory]
    [InlineData("leak = 1")]
    [InlineData("var leak = 1; let other = 2; const third = 3; function fourth() {} class Fifth {}")]
    [InlineData("globalThis.leak = 1")]
    [InlineData("this.leak = 1")]
    [InlineData("(function () { this.leak = 1; })()")]
    [InlineData("Object.prototype.leak = 1")]
    [InlineData("[].constructor.prototype.leak = 1")]
    [InlineData("''['__proto__'].leak = 1")]
    [InlineData("Array.prototype.map = () => 'gone'")]
    [InlineData("Object.defineProperty(Array.prototype, 'leak', { get() { return 1; } })")]
    [InlineData("Object.assign(Math, { leak: 1 })")]
    [InlineData("Object.freeze(Object.prototype)")]
    [InlineData("Object.setPrototypeOf(Math, null)")]
    [InlineData("delete Math.abs")]
    [InlineData("delete globalThis.JSON")]
    [InlineData("undefined = 1; NaN = 2; getVariable = 3; variables = 4")]
    [InlineData("[1].map([].push, Number)")]
    [InlineData("[1].map([].push, ''.concat)")]
    [InlineData("[[].push].map(f => [1].map(f, ''.concat))")]
    [InlineData("[Math].map(Object.freeze)")]
    [InlineData("[Math].map(Object['freeze'])")]
    [InlineData("JSON.leak = getName")]
    [InlineData("getName.leak = 1")]
    [InlineData("Symbol.for('leak'); Symbol.leak = 1")]
    [InlineData("variables.leak.x = 1")]
    [InlineData("Object.prototype.__defineGetter__('leak', () => 1)")]
    [InlineData("''.constructor.constructor.prototype.leak = 1")]
    [InlineData("Promise.resolve(1).then(() => { Math.leak = 1; })")]
    [InlineData("setInterval(1)")]
    [InlineData("throw Object.prototype.leak = 1")]
    [InlineData("getName().replace('a', 'b')")]
    [InlineData("getPlan().clusters.map(c => ({ ...c, weight: c.weight * 2 })).filter(c => c.weight > 0)")]
    public void NextScript_AfterAny_FindsEngineUntouched(string script)
    {
        var compiler = new ExpressionCompiler(Wide);
        Run(compiler, "getName().trim()");
        Run(compiler, script);
        Print(compiler).Should().Be(Untouched.Value);
        Run(compiler, script);
        Run(compiler, "getName().trim()");
        Print(compiler).Should().Be(Untouched.Value);
    }

    [Fact]
    public void LastMatch_OfAnotherScript_IsNotSeen()
    {
        var compiler = new ExpressionCompiler(Wide);
        Run(compiler, "/(secret)/.test('secret')");
        Run(compiler, "getName().replace('web', 'secret')");
        Run(compiler, "RegExp.$1").Should().Be("");
    }

    [Fact]
    public void AnyExpressionThatLeavesNoTrace_LeavesNone()
    {
        // Built from what could do harm as well as from what cannot; those that pass as harmless must be so.
        var atom = Gen.OneOf(
            "getName()", "getPlan()", "variables", "variables.Name", "1", "'constructor'", "[]", "({})", "Math", "Object", "Array", "JSON", "Number", "String",
            "getName", "globalThis", "this", "x", "[1,2]", "({a:1})", "Object.prototype", "[].push", "''.concat", "Object.freeze", "Object.assign", "undefined");
        var name = Gen.OneOf(
            "map", "push", "concat", "constructor", "prototype", "assign", "freeze", "a", "sort", "reduce", "call", "apply", "bind", "fill", "from", "clusters",
            "__proto__", "toString", "replace", "keys", "entries", "defineProperty", "at", "filter", "flatMap", "splice", "copyWithin");
        var expression = Gen.Recursive<string>((depth, self) => depth > 3
            ? atom
            : Gen.Frequency(
                (2, atom),
                (3, Gen.Select(self, name, (o, n) => $"({o}).{n}")),
                (3, Gen.Select(self, name, self, (o, n, a) => $"({o}).{n}({a})")),
                (2, Gen.Select(self, name, self, self, (o, n, a, b) => $"({o}).{n}({a}, {b})")),
                (1, Gen.Select(self, self, (o, k) => $"({o})[{k}]")),
                (1, Gen.Select(self, self, (o, k) => $"({o}) + ({k})")),
                (3, Gen.Select(Gen.OneOf("assign", "freeze", "setPrototypeOf", "defineProperty", "keys"), atom, atom, (n, a, b) => $"Object.{n}({a}, {b})")),
                (3, Gen.Select(atom, Gen.OneOf("map", "filter", "flatMap"), atom, (o, n, f) => $"[{o}].{n}({f})")),
                (2, Gen.Select(Gen.OneOf("map", "filter"), self, self, (n, o, b) => $"[{o}].{n}(x => ({b}))")),
                (1, self.Select(b => $"(x => ({b}))")),
                (1, self.Select(b => $"`${{{b}}}`")),
                (1, self.Select(b => $"[...({b})]")),
                (1, self.Select(b => $"({{ ...({b}), a: ({b}) }})"))));
        var ran = 0;
        expression.Array[100, 400].Sample(scripts =>
        {
            // One engine for all of them, and also after errors, which the pool would not do.
            using var engine = new ScriptEngine(Wide);
            foreach (var script in scripts.Select(script => Prepare(script, "getName", "getPlan")).Where(script => script.LeavesNoTrace))
            {
                Run(engine, script);
                ran++;
            }

            return Run(engine, Prepare(Fingerprint)) == Untouched.Value;
        }, iter: 30, threads: 1);
        ran.Should().BeGreaterThan(100);
    }

    [Fact]
    public async Task Scripts_OnManyThreads_SeeTheirOwnScope()
    {
        var compiler = new ExpressionCompiler();
        var expression = compiler.Compile("JavaScript", "getName() + '!' + getPlan().clusters.map(c => c).join()", "String");
        await Parallel.ForEachAsync(Enumerable.Range(0, 2_000), TestContext.Current.CancellationToken, (i, _) =>
        {
            var scope = FakeScope.With(("Name", $"\"n{i}\""), ("Plan", $$"""{"clusters":[{{i}},{{i + 1}}]}"""));
            expression.Evaluate(scope)!.GetValue<string>().Should().Be($"n{i}!{i},{i + 1}");
            return ValueTask.CompletedTask;
        });
    }

    private static PreparedScript Prepare(string source, params string[] freeNames)
    {
        var script = Jint.Engine.PrepareScript(source);
        return new PreparedScript(script, freeNames, ScriptAnalysis.LeavesNoTrace(script.Program!));
    }

    private static string? Run(ScriptEngine engine, PreparedScript script)
    {
        try
        {
            return TypedValue.Text(engine.Run(script, Scope()));
        }
        catch (ExpressionException e)
        {
            return e.Message;
        }
        finally
        {
            engine.Restore();
        }
    }

    private static string Print(ExpressionCompiler compiler) =>
        compiler.Compile("JavaScript", Fingerprint, "String").Evaluate(Scope())!.GetValue<string>();

    private static string? Run(ExpressionCompiler compiler, string script)
    {
        try
        {
            return TypedValue.Text(compiler.Compile("JavaScript", JsonValue.Create(script), "Object").Evaluate(Scope()));
        }
        catch (ExpressionException e)
        {
            return e.Message;
        }
    }

    private static FakeScope Scope() => FakeScope.With(("Name", "\"web\""), ("Plan", """{"clusters":[{"weight":1}]}"""), ("x", "1"), ("leak", "{}"));
}
