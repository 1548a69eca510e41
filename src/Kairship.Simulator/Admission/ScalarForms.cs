using System.Globalization;

namespace Kairship.Simulator.Admission;

/// <summary>Texts that stand for bytes and times: what is wrong with one, null when nothing is.</summary>
internal static class ScalarForms
{
    const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    public static string? Base64(string text)
    {
        if (Convert.TryFromBase64String(text, new byte[text.Length], out _) && !text.Any(char.IsWhiteSpace))
            return null;
        var wrong = text.TrimEnd('=').Length;
        for (var i = 0; i < text.Length; i++)
        {
            if (!Alphabet.Contains(text[i], StringComparison.Ordinal) && text[i] is not ('=' or '\n' or '\r'))
            {
                wrong = i;
                break;
            }
        }
        return text.Contains('\n', StringComparison.Ordinal) && wrong == text.TrimEnd('=').Length ? null : $"illegal base64 data at input byte {wrong}";
    }

    /// <param name="micro">With microseconds, which are then required.</param>
    public static string? Time(string text, bool micro)
    {
        var layout = micro ? "2006-01-02T15:04:05.000000Z07:00" : "2006-01-02T15:04:05Z07:00";
        string[] formats = micro ? ["yyyy-MM-dd'T'HH:mm:ss.ffffffK"] : ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];
        if (DateTimeOffset.TryParseExact(text, formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _))
            return null;
        var (rest, expected) = text.Length > 0 && char.IsAsciiDigit(text[0]) && micro ? ("Z", ".000000") : (text, "2006");
        return $"parsing time \"{text}\" as \"{layout}\": cannot parse \"{rest}\" as \"{expected}\"";
    }
}
