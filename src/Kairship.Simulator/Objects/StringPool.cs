using System.Text;

namespace Kairship.Simulator.Objects;

/// <summary>
/// One string for equal text, as far as it remembers: a table in which a newer text takes the place of an older one, so that it never grows. Threads may
/// overwrite each other's entries; what anybody gets is the right text all the same.
/// </summary>
internal sealed class StringPool
{
    /// <summary>Most bytes of a text that is kept.</summary>
    public const int Longest = 48;

    const int Slots = 1 << 13;
    readonly string?[] _table = new string?[Slots];

    public string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length == 0)
            return "";
        var slot = Hash(utf8) & (Slots - 1);
        if (_table[slot] is { } known && Same(known, utf8))
            return known;
        var text = Encoding.UTF8.GetString(utf8);
        _table[slot] = text;
        return text;
    }

    static uint Hash(ReadOnlySpan<byte> utf8)
    {
        var hash = 2166136261u;
        foreach (var b in utf8)
            hash = (hash ^ b) * 16777619u;
        return hash ^ (hash >> 15);
    }

    // Text with other than ASCII letters differs in length and is made anew each time.
    static bool Same(string text, ReadOnlySpan<byte> utf8)
    {
        if (text.Length != utf8.Length)
            return false;
        for (var i = 0; i < utf8.Length; i++)
        {
            if (text[i] != utf8[i])
                return false;
        }

        return true;
    }
}
