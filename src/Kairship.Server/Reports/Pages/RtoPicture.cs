using System.Globalization;

namespace Kairship.Server.Reports.Pages;

/// <summary>A bar for each application over one time axis: until the loss counted, until it was decided, until all was written, until all was healthy; and its objective.</summary>
internal static class RtoPicture
{
    /// <summary>The slowest are drawn; all are in the list below.</summary>
    public const int MostBars = 200;

    private const double Labels = 190;
    private const double Width = 760;
    private const double Right = 90;
    private const double Row = 26;
    private const double Bar = 14;
    private const double Top = 30;

    public static void Draw(Markup page, IReadOnlyList<RtoRow> rows, DateTimeOffset until)
    {
        var shown = rows.OrderByDescending(r => r.TotalSeconds).ThenBy(r => r.Application, StringComparer.Ordinal).Take(MostBars).ToList();
        var zero = shown.Min(r => r.Start);
        var longest = Math.Max(1, shown.Max(r => Math.Max(((r.Healthy ?? until) - zero).TotalSeconds, (r.Start - zero).TotalSeconds + (r.ObjectiveSeconds is { } o && o < 100 * (r.TotalSeconds ?? o) ? o : 0))));
        var scale = Width / (longest * 1.04);
        var height = Top + (shown.Count * Row) + 8;
        page.Add($"<svg class=\"rto\" viewBox=\"0 0 {Labels + Width + Right} {height}\" role=\"img\" aria-label=\"How long each application took\">");
        Axis(page, longest, scale, height);
        for (var i = 0; i < shown.Count; i++)
        {
            DrawRow(page, shown[i], zero, until, scale, Top + (i * Row));
        }

        page.Add($"</svg>");
    }

    /// <summary>"12.3 s", "2 min 05 s", "1 h 02 min".</summary>
    public static string Show(double? seconds) => seconds switch
    {
        null => "-",
        < 59.95 => $"{seconds.Value.ToString("0.0", CultureInfo.InvariantCulture)} s",
        < 3599.5 => $"{(int)(Math.Round(seconds.Value) / 60)} min {(int)(Math.Round(seconds.Value) % 60):00} s",
        _ => $"{(int)(Math.Round(seconds.Value / 60) / 60)} h {(int)(Math.Round(seconds.Value / 60) % 60):00} min",
    };

    private static void Axis(Markup page, double longest, double scale, double height)
    {
        var step = Step(longest);
        for (var at = 0d; at <= longest; at += step)
        {
            var x = Labels + (at * scale);
            page.Add($"<line class=\"grid\" x1=\"{x}\" y1=\"{Top - 8}\" x2=\"{x}\" y2=\"{height}\"/><text class=\"tick\" x=\"{x}\" y=\"{Top - 13}\">{Tick(at)}</text>");
        }
    }

    private static void DrawRow(Markup page, RtoRow row, DateTimeOffset zero, DateTimeOffset until, double scale, double y)
    {
        page.Add($"<g><title>{row.Sentence}</title><text class=\"name\" x=\"{Labels - 10}\" y=\"{y + (Row / 2) + 4}\">{Short(row.Application)}</text>");
        var end = row.Healthy ?? until;
        var from = row.Start;
        foreach (var (part, to) in new[] { ("detect", (DateTimeOffset?)row.Detected), ("decide", row.Decided), ("apply", row.Applied), ("heal", row.Healthy) })
        {
            var isOpen = to is null;
            var stop = to ?? end;
            stop = stop < from ? from : stop;
            page.Add($"<rect class=\"{(isOpen ? "open" : part)}\" x=\"{X(from)}\" y=\"{y + ((Row - Bar) / 2)}\" width=\"{Math.Max(0, X(stop) - X(from))}\" height=\"{Bar}\"/>");
            from = stop;
            if (isOpen)
            {
                break;
            }
        }

        if (row.ObjectiveSeconds is { } objective && X(row.Start) + (objective * scale) <= Labels + Width)
        {
            var x = X(row.Start) + (objective * scale);
            page.Add($"<line class=\"objective\" x1=\"{x}\" y1=\"{y + 2}\" x2=\"{x}\" y2=\"{y + Row - 2}\"/>");
        }

        page.Add($"<text class=\"{(row.Outcome == "Missed" ? "total missed" : "total")}\" x=\"{Labels + Width + 8}\" y=\"{y + (Row / 2) + 4}\">{Show(row.TotalSeconds)}</text></g>");
        return;

        double X(DateTimeOffset at) => Labels + ((at - zero).TotalSeconds * scale);
    }

    private static double Step(double longest)
    {
        foreach (var step in (ReadOnlySpan<double>)[1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 86400])
        {
            if (longest / step <= 10)
            {
                return step;
            }
        }

        return longest / 10;
    }

    private static string Tick(double at) => at < 60 ? string.Create(CultureInfo.InvariantCulture, $"{at:0.#} s") : at % 60 == 0 && at < 3600 ? string.Create(CultureInfo.InvariantCulture, $"{at / 60:0} min") : Show(at);

    private static string Short(string name) => name.Length <= 26 ? name : $"{name[..25]}…";
}
