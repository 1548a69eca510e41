using System.Collections.Frozen;
using System.Text.Json.Nodes;
using Acornima;
using Acornima.Ast;
using Jint;

namespace Kairship.Workflows.Expressions;

/// <summary>
/// What can be told about a script without running it. <see cref="LeavesNoTrace"/> is a white list: only forms that cannot change an engine's
/// globals or built-in objects pass, so that everything unforeseen counts as leaving a trace.
/// </summary>
internal static class ScriptAnalysis
{
    // Functions inside functions: past this a script is not looked at any closer.
    private const int MaxLocals = 32;

    private static readonly FrozenSet<string> PureFunctions = FrozenSet.ToFrozenSet(
        ["String", "Number", "Boolean", "parseInt", "parseFloat", "isNaN", "isFinite", "encodeURIComponent", "decodeURIComponent"]);

    private static readonly FrozenSet<string> PureStatics = FrozenSet.ToFrozenSet(
    [
        "JSON.parse", "JSON.stringify", "Object.keys", "Object.values", "Object.entries", "Object.fromEntries", "Array.isArray", "Array.from", "Array.of",
        "Number.isInteger", "Number.isFinite", "Number.isNaN", "Number.parseInt", "Number.parseFloat", "Number.MAX_SAFE_INTEGER", "Math.abs", "Math.ceil",
        "Math.floor", "Math.round", "Math.trunc", "Math.max", "Math.min", "Math.pow", "Math.sqrt", "Math.sign", "Math.log", "Math.log2", "Math.log10", "Math.PI",
    ]);

    // None of these changes anything but, at most, the value that it is called on, which no later evaluation sees.
    private static readonly FrozenSet<string> PureMethods = FrozenSet.ToFrozenSet(
    [
        "toUpperCase", "toLowerCase", "trim", "trimStart", "trimEnd", "includes", "startsWith", "endsWith", "indexOf", "lastIndexOf", "slice", "substring",
        "charAt", "at", "split", "concat", "padStart", "padEnd", "repeat", "replace", "replaceAll", "toString", "toFixed", "map", "filter", "find",
        "findIndex", "some", "every", "reduce", "join", "flat", "flatMap", "sort", "reverse",
    ]);

    // From any value these lead to prototypes and constructors.
    private static readonly FrozenSet<string> Doors = FrozenSet.ToFrozenSet(
        ["constructor", "prototype", "__proto__", "__defineGetter__", "__defineSetter__", "__lookupGetter__", "__lookupSetter__", "caller", "callee", "arguments"]);

    // Read as a value (not called), these give built-in functions, some of which change what they are called on.
    private static readonly FrozenSet<string> BuiltInMethods = new Engine()
        .Evaluate("[Object, Function, Array, String, Number, Boolean].flatMap(c => Object.getOwnPropertyNames(c.prototype))").AsArray()
        .Select(name => name.AsString()).Where(name => name is not ("length" or "name")).ToFrozenSet();

    /// <summary>The expression when the whole script is one, with or without "return".</summary>
    public static Expression? SingleExpression(Script program) => program.Body.Count != 1
        ? null
        : program.Body[0] switch
        {
            ExpressionStatement s => s.Expression,
            ReturnStatement { Argument: { } argument } => argument,
            _ => null,
        };

    public static bool TryGetConstant(Script program, out JsonNode? value)
    {
        value = null;
        switch (SingleExpression(program))
        {
            case NullLiteral:
                return true;
            case StringLiteral s:
                value = JsonValue.Create(s.Value);
                return true;
            case BooleanLiteral b:
                value = JsonValue.Create(b.Value);
                return true;
            case NumericLiteral n when double.IsFinite(n.Value):
                value = ScriptValues.ToNumber(n.Value);
                return true;
            default:
                return false;
        }
    }

    /// <summary>BigInts have no JSON form and their arithmetic runs outside every limit.</summary>
    public static void RefuseBigInts(Node root)
    {
        var pending = new Stack<Node>([root]);
        while (pending.TryPop(out var node))
        {
            if (node is BigIntLiteral)
            {
                throw new ExpressionException($"BigInt is not supported (line {node.Location.Start.Line}, column {node.Location.Start.Column + 1}): use a Number.");
            }

            foreach (var child in node.ChildNodes)
            {
                pending.Push(child);
            }
        }
    }

    /// <summary>True when no evaluation of this script can change what a later script on the same engine sees.</summary>
    public static bool LeavesNoTrace(Script program) => SingleExpression(program) is { } expression && IsPure(expression, []);

    private static bool IsPure(Node? node, HashSet<string> locals) => locals.Count <= MaxLocals && node switch
    {
        null => true,
        RegExpLiteral or BigIntLiteral => false,
        Literal => true,
        TemplateLiteral t => All(t.Expressions, locals),
        Identifier i => locals.Contains(i.Name) || i.Name is "undefined" or "NaN" or "Infinity" || PureFunctions.Contains(i.Name),
        ParenthesizedExpression p => IsPure(p.Expression, locals),
        ChainExpression c => IsPure(c.Expression, locals),
        MemberExpression m => IsPureMember(m, isCalled: false, locals),
        CallExpression c => IsPureCall(c, locals),
        UpdateExpression => false,
        UnaryExpression u => u.Operator != Operator.Delete && IsPure(u.Argument, locals),
        BinaryExpression b => b.Operator is not (Operator.InstanceOf or Operator.In) && IsPure(b.Left, locals) && IsPure(b.Right, locals),
        ConditionalExpression c => IsPure(c.Test, locals) && IsPure(c.Consequent, locals) && IsPure(c.Alternate, locals),
        ArrayExpression a => All(a.Elements, locals),
        SpreadElement s => IsPure(s.Argument, locals),
        ObjectExpression o => o.Properties.All(p => IsPureProperty(p, locals)),
        ArrowFunctionExpression f => IsPureFunction(f, locals),
        _ => false,
    };

    private static bool All<T>(in NodeList<T> nodes, HashSet<string> locals) where T : Node?
    {
        foreach (var node in nodes)
        {
            if (!IsPure(node, locals))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsPureMember(MemberExpression member, bool isCalled, HashSet<string> locals)
    {
        if (member.Computed)
        {
            return member.Property is NumericLiteral && IsPureObject(member.Object, locals);
        }

        if (member is not { Property: Identifier { Name: var name } } || Doors.Contains(name))
        {
            return false;
        }

        return member.Object is Identifier root && !locals.Contains(root.Name) && root.Name is not (ScriptNames.Variables or ScriptNames.Input)
            ? PureStatics.Contains($"{root.Name}.{name}")
            : (isCalled || !BuiltInMethods.Contains(name)) && IsPureObject(member.Object, locals);
    }

    private static bool IsPureObject(Expression expression, HashSet<string> locals) =>
        expression is Identifier { Name: ScriptNames.Variables or ScriptNames.Input } || IsPure(expression, locals);

    private static bool IsPureCall(CallExpression call, HashSet<string> locals) => All(call.Arguments, locals) && call.Callee switch
    {
        Identifier i => !locals.Contains(i.Name) && (PureFunctions.Contains(i.Name) || ScriptNames.Reading.Contains(i.Name)
            || ScriptNames.Writing.Contains(i.Name) || ScriptNames.IsGetter(i.Name, out _) || ScriptNames.IsSetter(i.Name, out _)),
        MemberExpression { Computed: false, Property: Identifier name } m => IsPureMember(m, isCalled: true, locals)
            && (PureMethods.Contains(name.Name) || m.Object is Identifier root && PureStatics.Contains($"{root.Name}.{name.Name}")),
        _ => false,
    };

    private static bool IsPureProperty(Node property, HashSet<string> locals) => property switch
    {
        SpreadElement s => IsPure(s.Argument, locals),
        ObjectProperty { Kind: PropertyKind.Init, Computed: false, Method: false } p => IsPlainKey(p.Key) && IsPure(p.Value, locals),
        _ => false,
    };

    private static bool IsPlainKey(Expression key) => key switch
    {
        Identifier i => i.Name != "__proto__",
        StringLiteral s => s.Value != "__proto__",
        NumericLiteral => true,
        _ => false,
    };

    private static bool IsPureFunction(ArrowFunctionExpression function, HashSet<string> locals)
    {
        if (function.Async || function.Body is not Expression body)
        {
            return false;
        }

        // Each function counts, so that the depth is bounded even where names repeat.
        var inner = new HashSet<string>(locals) { $" {locals.Count}" };
        foreach (var parameter in function.Params)
        {
            if (parameter is not Identifier i)
            {
                return false;
            }

            inner.Add(i.Name);
        }

        return IsPure(body, inner);
    }
}
