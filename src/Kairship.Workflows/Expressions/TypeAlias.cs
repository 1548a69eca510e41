namespace Kairship.Workflows.Expressions;

/// <summary>Elsa's names of types, taken apart: "List&lt;String&gt;" and "String[]" are lists of String.</summary>
internal static class TypeAlias
{
    private static readonly string[] ListNames = ["List", "IList", "ICollection", "IEnumerable", "IReadOnlyList", "IReadOnlyCollection", "HashSet", "ISet"];

    /// <summary>The element type when the alias is that of a list or an array.</summary>
    public static bool TryGetElement(string alias, out string element)
    {
        if (alias.EndsWith("[]", StringComparison.Ordinal))
        {
            element = alias[..^2];
            return element.Length > 0;
        }

        var open = alias.IndexOf('<', StringComparison.Ordinal);
        if (open > 0 && alias[^1] == '>' && ListNames.Contains(alias[..open], StringComparer.OrdinalIgnoreCase))
        {
            element = alias[(open + 1)..^1].Trim();
            return element.Length > 0;
        }

        element = "";
        return false;
    }

    public static bool IsDictionary(string alias) =>
        alias.Equals("JsonObject", StringComparison.OrdinalIgnoreCase)
        || alias.Equals("ObjectDictionary", StringComparison.OrdinalIgnoreCase)
        || alias.Equals("ExpandoObject", StringComparison.OrdinalIgnoreCase)
        || alias.StartsWith("Dictionary<", StringComparison.OrdinalIgnoreCase)
        || alias.StartsWith("IDictionary<", StringComparison.OrdinalIgnoreCase);

    public static bool IsText(string alias) => alias.Equals("String", StringComparison.OrdinalIgnoreCase);

    /// <summary>The alias of a variable or an input that says separately whether it is an array.</summary>
    public static string Of(string typeName, bool isArray) => isArray && !TryGetElement(typeName, out _) ? typeName + "[]" : typeName;
}
