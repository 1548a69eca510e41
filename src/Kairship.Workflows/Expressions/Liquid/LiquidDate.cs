using System.Globalization;
using System.Text;

namespace Kairship.Workflows.Expressions.Liquid;

/// <summary>Times written by strftime's codes, in UTC unless the value says otherwise. "now" and "today" are the time of the transition.</summary>
internal static class LiquidDate
{
    // More than a second of the year 9999: nobody means that.
    private const long MaxUnixSeconds = 253402300799;

    public static object? Format(LiquidRun run, object? input, string format)
    {
        if (TimeOf(run, input) is not { } time)
        {
            return input;
        }

        if (format.Length == 0)
        {
            return input;
        }

        var result = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                result.Append(format[i]);
                continue;
            }

            i++;
            var isPlain = format[i] == '-' && i + 1 < format.Length;
            var text = Code(time, format[isPlain ? ++i : i]);
            result.Append(isPlain && text.Length > 1 ? text.TrimStart('0', ' ') is { Length: > 0 } short_ ? short_ : "0" : text);
            run.Make(text.Length);
        }

        return run.Made(result.ToString());
    }

    private static DateTimeOffset? TimeOf(LiquidRun run, object? input) => input switch
    {
        "now" or "today" => run.Now,
        long seconds when seconds is >= 0 and <= MaxUnixSeconds => DateTimeOffset.FromUnixTimeSeconds(seconds),
        string text when text.Length < 100 && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) => time,
        _ => null,
    };

    private static string Code(DateTimeOffset time, char code) => code switch
    {
        'Y' => Of(time, "yyyy"),
        'y' => Of(time, "yy"),
        'm' => Of(time, "MM"),
        'B' => Of(time, "MMMM"),
        'b' or 'h' => Of(time, "MMM"),
        'd' => Of(time, "dd"),
        'e' => time.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2),
        'j' => time.DayOfYear.ToString("000", CultureInfo.InvariantCulture),
        'A' => Of(time, "dddd"),
        'a' => Of(time, "ddd"),
        'w' => ((int)time.DayOfWeek).ToString(CultureInfo.InvariantCulture),
        'u' => (time.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)time.DayOfWeek).ToString(CultureInfo.InvariantCulture),
        'H' => Of(time, "HH"),
        'I' => Of(time, "hh"),
        'l' => (((time.Hour + 11) % 12) + 1).ToString(CultureInfo.InvariantCulture).PadLeft(2),
        'M' => Of(time, "mm"),
        'S' => Of(time, "ss"),
        'L' => Of(time, "fff"),
        'N' => Of(time, "fffffff") + "00",
        'p' => time.Hour < 12 ? "AM" : "PM",
        'P' => time.Hour < 12 ? "am" : "pm",
        'z' => Of(time, "zzz").Replace(":", "", StringComparison.Ordinal),
        'Z' => time.Offset == TimeSpan.Zero ? "UTC" : Of(time, "zzz"),
        's' => time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        'F' => Of(time, "yyyy-MM-dd"),
        'T' or 'X' => Of(time, "HH:mm:ss"),
        'R' => Of(time, "HH:mm"),
        'D' or 'x' => Of(time, "MM/dd/yy"),
        'c' => Of(time, "ddd MMM dd HH:mm:ss yyyy"),
        '%' => "%",
        _ => $"%{code}",
    };

    private static string Of(DateTimeOffset time, string format) => time.ToString(format, CultureInfo.InvariantCulture);
}
