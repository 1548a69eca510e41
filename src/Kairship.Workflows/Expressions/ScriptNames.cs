using System.Collections.Frozen;

namespace Kairship.Workflows.Expressions;

/// <summary>The global names of a script: JavaScript's own that are left, those that Kairship gives, and getX/setX of variables.</summary>
internal static class ScriptNames
{
    /// <summary>Taken away: they allocate out of the sight of the limits, block, compile text, or make results that cannot be read safely.</summary>
    public static readonly string[] Removed =
    [
        "ArrayBuffer", "SharedArrayBuffer", "Atomics", "DataView", "TypedArray", "BigInt", "BigInt64Array", "BigUint64Array", "Int8Array", "Uint8Array",
        "Uint8ClampedArray", "Int16Array", "Uint16Array", "Int32Array", "Uint32Array", "Float16Array", "Float32Array", "Float64Array", "ShadowRealm",
        "FinalizationRegistry", "WeakRef", "Intl", "Temporal", "Proxy", "Reflect", "eval",
    ];

    private static readonly FrozenSet<string> JavaScript = FrozenSet.ToFrozenSet(
    [
        "undefined", "NaN", "Infinity", "globalThis", "Object", "Function", "Array", "String", "Number", "Boolean", "Symbol", "Math", "JSON", "Date", "RegExp",
        "Map", "Set", "WeakMap", "WeakSet", "Promise", "Error", "EvalError", "RangeError", "ReferenceError", "SyntaxError", "TypeError", "URIError",
        "AggregateError", "SuppressedError", "DisposableStack", "AsyncDisposableStack", "Iterator", "AsyncIterator", "Generator", "parseInt", "parseFloat",
        "isNaN", "isFinite", "encodeURI", "encodeURIComponent", "decodeURI", "decodeURIComponent", "escape", "unescape", "toString", "arguments",
    ]);

    /// <summary>Functions that read the running instance or compute from their arguments.</summary>
    public static readonly FrozenSet<string> Reading = FrozenSet.ToFrozenSet(
    [
        "getVariable", "getInput", "getOutputFrom", "getLastResult", "getCorrelationId", "getWorkflowInstanceId", "getWorkflowDefinitionId",
        "getWorkflowDefinitionVersion", "toJson", "parseJson", "isNullOrEmpty", "isNullOrWhiteSpace",
    ]);

    /// <summary>Functions that change the running instance.</summary>
    public static readonly FrozenSet<string> Writing = FrozenSet.ToFrozenSet(["setVariable", "setOutcome", "setOutcomes"]);

    public const string Variables = "variables";
    public const string Input = "input";

    public static bool IsKnown(string name) =>
        JavaScript.Contains(name) || Reading.Contains(name) || Writing.Contains(name) || name is Variables or Input;

    /// <summary>"getAttempt" reads the variable Attempt.</summary>
    public static bool IsGetter(string name, out string variable) => Is(name, "get", out variable);

    public static bool IsSetter(string name, out string variable) => Is(name, "set", out variable);

    /// <summary>"getResultFromDeploy" reads the output Result of the activity Deploy. All ways to cut, as either part may hold "From".</summary>
    public static IEnumerable<(string Activity, string Output)> OutputReads(string variable)
    {
        for (var at = variable.IndexOf("From", 1, StringComparison.Ordinal); at > 0; at = variable.IndexOf("From", at + 1, StringComparison.Ordinal))
        {
            if (at + 4 < variable.Length)
            {
                yield return (variable[(at + 4)..], variable[..at]);
            }
        }
    }

    private static bool Is(string name, string prefix, out string variable)
    {
        variable = name.Length is > 3 and < 256 && name.StartsWith(prefix, StringComparison.Ordinal) && !char.IsAsciiLetterLower(name[3]) ? name[3..] : "";
        return variable.Length > 0 && !IsKnown(name);
    }
}
