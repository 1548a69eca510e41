using System.Buffers;
using System.Globalization;
using System.Text;

namespace Kairship.Delivery.Applications;

/// <summary>Durations as Go writes them and Kubernetes users know them: "10s", "1h30m", "500ms", "1.5h", "0". Units ns, us, µs, ms, s, m, h.</summary>
public static class GoDuration
{
    public const string Rule = "a duration such as 10s, 1h30m or 500ms";

    private static readonly SearchValues<char> NumberParts = SearchValues.Create("0123456789.");

    private static readonly (string Name, decimal Ticks)[] Units =
    [
        ("ns", 0.01m), ("us", 10m), ("µs", 10m), ("μs", 10m), ("ms", TimeSpan.TicksPerMillisecond),
        ("s", TimeSpan.TicksPerSecond), ("m", TimeSpan.TicksPerMinute), ("h", TimeSpan.TicksPerHour),
    ];

    /// <summary>Exact to 100 ns; at most ten years.</summary>
    public static bool TryParse(string? text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        var rest = text.AsSpan().TrimStart('-');
        if (text is null || rest.Length is 0 or > 64 || text.Length - rest.Length > 1)
        {
            return false;
        }

        var ticks = 0m;
        while (rest.Length > 0 && rest is not "0")
        {
            var length = rest.IndexOfAnyExcept(NumberParts);
            if (length <= 0 || length > 18 || !decimal.TryParse(rest[..length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                return false;
            }

            rest = rest[length..];
            var end = rest.IndexOfAny(NumberParts);
            var unit = (end < 0 ? rest : rest[..end]).ToString();
            var factor = Array.Find(Units, known => known.Name == unit).Ticks;
            if (factor == 0 || (ticks += number * factor) > TimeSpan.TicksPerDay * 3650m)
            {
                return false;
            }

            rest = rest[unit.Length..];
        }

        duration = TimeSpan.FromTicks((long)decimal.Round(text[0] == '-' ? -ticks : ticks));
        return true;
    }

    /// <summary>The shortest form that <see cref="TryParse"/> reads back exactly: "1h30m", "10s", "1.5s", "0s".</summary>
    public static string Format(TimeSpan duration)
    {
        if (duration == TimeSpan.Zero)
        {
            return "0s";
        }

        var text = new StringBuilder(duration < TimeSpan.Zero ? "-" : "");
        var left = duration.Duration();
        var hours = (long)left.TotalHours;
        var seconds = (left.Ticks - hours * TimeSpan.TicksPerHour - left.Minutes * TimeSpan.TicksPerMinute) / (decimal)TimeSpan.TicksPerSecond;
        text.Append(hours > 0 ? $"{hours}h" : "").Append(left.Minutes > 0 ? $"{left.Minutes}m" : "");
        return text.Append(seconds > 0 ? $"{seconds.ToString("0.#######", CultureInfo.InvariantCulture)}s" : "").ToString();
    }
}
