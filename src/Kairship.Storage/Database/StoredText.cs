namespace Kairship.Storage.Database;

/// <summary>PostgreSQL refuses text with NUL, and neither database keeps half a surrogate pair. One such text of a message or a log line must not
/// make a whole commit impossible for ever, so both become U+FFFD.</summary>
internal static class StoredText
{
    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(text))]
    public static string? Clean(string? text)
    {
        if (text is null || !NeedsCleaning(text))
        {
            return text;
        }

        var kept = text.ToCharArray();
        for (var i = 0; i < kept.Length; i++)
        {
            if (char.IsHighSurrogate(kept[i]) && i + 1 < kept.Length && char.IsLowSurrogate(kept[i + 1]))
            {
                i++;
            }
            else if (kept[i] == '\0' || char.IsSurrogate(kept[i]))
            {
                kept[i] = '\uFFFD';
            }
        }

        return new string(kept);
    }

    private static bool NeedsCleaning(string text)
    {
        foreach (var c in text)
        {
            if (c == '\0' || char.IsSurrogate(c))
            {
                return true;
            }
        }

        return false;
    }
}
