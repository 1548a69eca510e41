using System.Text;

namespace Kairship.Workflows.Storage;

/// <summary>
/// What lists are searched in and ordered by name with: made here and kept beside the row, so that every store finds and orders the same, whatever its database makes of case and collation.
/// The parts are in lower case and end with U+0001. Stores compare these texts byte by byte in UTF-8 (<see cref="ByteOrder"/>).
/// <para>That of an instance is short enough to stand in an index: the first 100 characters of name and id and the first 200 of the correlation id.</para>
/// </summary>
public static class ListText
{
    private const char End = '\u0001';

    /// <summary>The order of code points, which is that of UTF-8: .NET's ordinal order puts characters beyond U+FFFF elsewhere.</summary>
    public static IComparer<string> ByteOrder { get; } = Comparer<string>.Create(Compare);

    public static string Fold(string? text) => text?.ToLowerInvariant() ?? "";

    public static string Of(DefinitionRecord definition) =>
        string.Concat(Fold(definition.Name), "\u0001", Fold(definition.DefinitionId), "\u0001", Fold(definition.Description));

    public static string Of(string? name, string instanceId, string? correlationId)
    {
        var text = new StringBuilder((name?.Length ?? 0) + instanceId.Length + (correlationId?.Length ?? 0) + 2);
        return text.Append(Start(name, 100)).Append(End).Append(Start(instanceId, 100)).Append(End).Append(Start(correlationId, 200)).ToString().ToLowerInvariant();
    }

    private static ReadOnlySpan<char> Start(string? text, int length) =>
        text is null ? [] : text.Length <= length ? text : text.AsSpan(0, char.IsHighSurrogate(text[length - 1]) ? length - 1 : length);

    private static int Compare(string? a, string? b)
    {
        var (left, right) = (a ?? "", b ?? "");
        var same = left.AsSpan().CommonPrefixLength(right);
        if (same == left.Length || same == right.Length)
        {
            return left.Length.CompareTo(right.Length);
        }

        var (x, y) = (left[same], right[same]);
        return char.IsSurrogate(x) == char.IsSurrogate(y) ? x.CompareTo(y) : char.IsSurrogate(x) ? 1 : -1;
    }
}
