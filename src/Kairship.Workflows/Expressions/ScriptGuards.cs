using Jint;
using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime;
using Jint.Runtime.Descriptors;
using Jint.Runtime.Interop;

namespace Kairship.Workflows.Expressions;

/// <summary>
/// Closes what the engine's own limits leave open: they are looked at between statements, so that one call of a built-in function could allocate
/// gigabytes or block. Such functions are checked before the call; what scripts have no use for is taken away.
/// </summary>
internal sealed class ScriptGuards
{
    private static readonly Prepared<Acornima.Ast.Script> Prototypes = Engine.PrepareScript(
        """
        const objects = [String.prototype, Array.prototype, JSON, Math, Object, Array, Set.prototype, Map.prototype, Map];
        // Their constructors would take any number of items in one step.
        globalThis.Set = class Set extends globalThis.Set { constructor(items) { super(); if (items != null) for (const item of items) this.add(item); } };
        globalThis.Map = class Map extends globalThis.Map { constructor(items) { super(); if (items != null) for (const [key, value] of items) this.set(key, value); } };
        return objects;
        """);

    private readonly Engine engine;
    private readonly ExpressionLimits limits;

    private ScriptGuards(Engine engine, ExpressionLimits limits)
    {
        this.engine = engine;
        this.limits = limits;
    }

    public static void Install(Engine engine, ExpressionLimits limits)
    {
        var guards = new ScriptGuards(engine, limits);
        var objects = engine.Evaluate(Prototypes).AsArray();
        guards.GuardText(objects[0].AsObject());
        guards.Guard(objects[1].AsObject(), "join", (self, arguments) => guards.JoinLength(self, At(arguments, 0)));
        guards.Guard(objects[2].AsObject(), "stringify", (_, arguments) => ScriptValues.Weigh(At(arguments, 0), limits));
        ScriptReadGuards.Install(engine, limits, name => objects[name].AsObject());
        // What a decision comes to must not depend on luck.
        objects[3].AsObject().Delete("random");
        foreach (var name in ScriptNames.Removed)
        {
            engine.Global.Delete(name);
        }
    }

    private void GuardText(ObjectInstance text)
    {
        Guard(text, "repeat", (self, arguments) => Length(self) * Math.Max(0, Number(At(arguments, 0))));
        Guard(text, "padStart", (_, arguments) => Number(At(arguments, 0)));
        Guard(text, "padEnd", (_, arguments) => Number(At(arguments, 0)));
        Guard(text, "concat", (self, arguments) => arguments.Aggregate((double)Length(self), (sum, item) => sum + Length(item)));
        Guard(text, "replace", ReplaceLength);
        Guard(text, "replaceAll", ReplaceLength);
    }

    /// <summary>Puts a function before the built-in one that works out the most it could make.</summary>
    private void Guard(ObjectInstance owner, string name, Func<JsValue, JsValue[], double> length)
    {
        Put(engine, owner, name, (self, arguments) =>
        {
            if (length(self, arguments) > limits.TextLength)
            {
                throw new ExpressionException($"{name}() would make a text of more than {limits.TextLength} characters.");
            }
        });
    }

    private double JoinLength(JsValue self, JsValue separator) =>
        ScriptValues.Weigh(self, limits) + (self is JsArray array ? array.Length : 0d) * (separator.IsUndefined() ? 1 : Length(separator));

    private double ReplaceLength(JsValue self, JsValue[] arguments)
    {
        double subject = Length(self);
        if (At(arguments, 1) is not JsString replacement)
        {
            return subject;
        }

        var text = replacement.ToString();
        var groups = text.Count(c => c == '$');
        var surroundings = text.Contains("$'", StringComparison.Ordinal) || text.Contains("$`", StringComparison.Ordinal) ? groups * subject : 0;
        var pattern = At(arguments, 0);
        var matches = pattern is JsString sought ? subject / Math.Max(1, sought.ToString().Length) + 1 : subject + 1;
        return subject + matches * (text.Length + surroundings) + groups * subject;
    }

    /// <summary>The characters of what a value would be as text. Objects that are no arrays count as what JSON makes of them.</summary>
    private long Length(JsValue value) => value switch
    {
        JsString s => s.ToString().Length,
        ObjectInstance o when o is not Jint.Native.Function.Function => ScriptValues.Weigh(o, limits),
        _ => 32,
    };

    internal static void Put(Engine engine, ObjectInstance owner, string name, Action<JsValue, JsValue[]> check)
    {
        var original = (Jint.Native.Function.Function)owner.Get(name);
        var guarded = new ClrFunction(engine, name, (self, arguments) =>
        {
            check(self, arguments);
            return engine.Call(original, self, arguments);
        });
        owner.FastSetProperty(name, new PropertyDescriptor(guarded, writable: true, enumerable: false, configurable: true));
    }

    private static double Number(JsValue value) => value.IsNumber() ? value.AsNumber() : value.IsString() ? TypeConverter.ToNumber(value) : 0;

    private static JsValue At(JsValue[] arguments, int index) => index < arguments.Length ? arguments[index] : JsValue.Undefined;
}
