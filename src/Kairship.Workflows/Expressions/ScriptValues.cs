using System.Text.Json;
using System.Text.Json.Nodes;
using Jint;
using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime;

namespace Kairship.Workflows.Expressions;

/// <summary>Between JSON and a script's values. Both ways copy: a script never holds a node of the instance, and nothing of the engine gets out.</summary>
internal static class ScriptValues
{
    private const double LargestExactInteger = 9_007_199_254_740_992;

    public static JsValue ToScript(Engine engine, JsonNode? node)
    {
        switch (node)
        {
            case null:
                return JsValue.Null;
            case JsonObject o:
                var result = new JsObject(engine);
                foreach (var (name, value) in o)
                {
                    result.FastSetDataProperty(name, ToScript(engine, value));
                }

                return result;
            case JsonArray a:
                return new JsArray(engine, [.. a.Select(item => ToScript(engine, item))]);
            default:
                return node.GetValueKind() switch
                {
                    JsonValueKind.True => JsBoolean.True,
                    JsonValueKind.False => JsBoolean.False,
                    JsonValueKind.Number => JsNumber.Create(TypedValue.Number(node)),
                    JsonValueKind.String => new JsString(TypedValue.Text(node)),
                    _ => JsValue.Null,
                };
        }
    }

    /// <summary>A whole number stays one in JSON: 3, not 3.0.</summary>
    public static JsonValue ToNumber(double number) =>
        number == Math.Floor(number) && Math.Abs(number) < LargestExactInteger ? JsonValue.Create((long)number) : JsonValue.Create(number);

    /// <summary>
    /// The value as JSON, as JSON.stringify sees it: undefined, functions and symbols are left out of objects and null in arrays, dates are ISO 8601 text.
    /// Never runs script: accessors are refused.
    /// </summary>
    /// <exception cref="ExpressionException">It is too deep, too large, refers to itself, or has no JSON form.</exception>
    public static JsonNode? ToJson(JsValue value, ExpressionLimits limits)
    {
        if (value is ObjectInstance o && IsFunction(o) || value.IsSymbol() || value.IsBigInt())
        {
            throw new ExpressionException($"The script gave a {(value.IsSymbol() ? "symbol" : value.IsBigInt() ? "BigInt" : "function")}, not a value: did you forget to call it?");
        }

        return new Reader(limits).Read(value, 0);
    }

    /// <summary>The text and the count of everything in the value. Throws as <see cref="ToJson"/> does when it is too much.</summary>
    public static long Weigh(JsValue value, ExpressionLimits limits)
    {
        var reader = new Reader(limits with { ResultText = limits.TextLength });
        reader.Read(value, 0);
        return reader.Text + reader.Values;
    }

    private static bool IsFunction(ObjectInstance value) => value is Jint.Native.Function.Function;

    private sealed class Reader(ExpressionLimits limits)
    {
        public long Text { get; private set; }

        public int Values { get; private set; }

        public JsonNode? Read(JsValue value, int depth)
        {
            if (++Values > limits.ResultValues)
            {
                throw new ExpressionException($"The script's value has more than {limits.ResultValues} parts (or refers to itself).");
            }

            if (depth > limits.ResultDepth)
            {
                throw new ExpressionException($"The script's value is nested deeper than {limits.ResultDepth} (or refers to itself).");
            }

            return value switch
            {
                JsString => Take(value.ToString()),
                JsNumber => Number(value.AsNumber()),
                JsBoolean => JsonValue.Create(value.AsBoolean()),
                JsDate date => double.IsNaN(date.DateValue) ? null : Take(date.ToDateTime().ToUniversalTime().ToString("yyyy-MM-ddTHH:mm:ss.fffZ")),
                JsArray array => Elements(array, depth),
                ObjectInstance o when !IsFunction(o) => Boxed(o) is { } primitive ? Read(primitive, depth) : Properties(o, depth),
                _ => null,
            };
        }

        private JsonValue Take(string text)
        {
            Text += text.Length;
            return Text <= limits.ResultText
                ? JsonValue.Create(text)
                : throw new ExpressionException($"The script's value holds more than {limits.ResultText} characters.");
        }

        private static JsonValue Number(double number) => double.IsFinite(number)
            ? ToNumber(number)
            : throw new ExpressionException($"The script gave {(double.IsNaN(number) ? "NaN (not a number)" : "an infinite number")}, which is no value.");

        private JsonArray Elements(JsArray array, int depth)
        {
            if (array.Length > limits.ResultValues)
            {
                throw new ExpressionException($"The script's value has more than {limits.ResultValues} parts.");
            }

            var result = new JsonArray();
            for (var i = 0u; i < array.Length; i++)
            {
                var own = array.GetOwnProperty(JsNumber.Create(i));
                result.Add(Read(own.IsAccessorDescriptor() ? throw Accessor($"{i}") : own.Value ?? JsValue.Undefined, depth + 1));
            }

            return result;
        }

        private JsonObject Properties(ObjectInstance o, int depth)
        {
            var result = new JsonObject();
            foreach (var key in o.GetOwnPropertyKeys(Types.String))
            {
                var own = o.GetOwnProperty(key);
                if (!own.Enumerable)
                {
                    continue;
                }

                var name = key.ToString();
                Text += name.Length;
                var value = own.IsAccessorDescriptor() ? throw Accessor(name) : own.Value ?? JsValue.Undefined;
                if (!value.IsUndefined() && !value.IsSymbol() && !(value is ObjectInstance inner && IsFunction(inner)))
                {
                    result[name] = Read(value, depth + 1);
                }
            }

            return result;
        }

        /// <summary>What <c>new String("x")</c> and its like hold.</summary>
        private static JsValue? Boxed(ObjectInstance o) => (o as Jint.Native.IJsPrimitive)?.PrimitiveValue;

        private static ExpressionException Accessor(string name) =>
            new($"Property '{name}' of the script's value is a getter: give a plain value.");
    }
}
