using System.Diagnostics.CodeAnalysis;
using Cronos;

namespace Kairship.Delivery.Scaling;

/// <summary>
/// The times of a cron expression in a time zone, as Cronos counts them: a time of day that a change of the clocks leaves out comes when the gap is over, and one that comes twice
/// counts once, unless the expression is an interval.
/// </summary>
public sealed class CronTimes
{
    public const string Rule = "'minute hour day month weekday' such as '0 8 * * 1-5', six fields with seconds first, or a macro such as @daily";

    /// <summary>How far back the latest time is looked for, step by step, so that a rule of every second does not cost a year of seconds; the last reaches over a 29th of February.</summary>
    private static readonly TimeSpan[] Windows =
        [TimeSpan.FromMinutes(2), TimeSpan.FromHours(2), TimeSpan.FromDays(2), TimeSpan.FromDays(62), TimeSpan.FromDays(800), TimeSpan.FromDays(3000)];

    private readonly CronExpression _times;
    private readonly TimeZoneInfo _zone;

    private CronTimes(CronExpression times, TimeZoneInfo zone) => (_times, _zone) = (times, zone);

    /// <param name="timeZone">Null: UTC.</param>
    /// <param name="problem">What is wrong, as the rest of a sentence about it.</param>
    public static bool TryParse(string schedule, string? timeZone, [NotNullWhen(true)] out CronTimes? times, [NotNullWhen(false)] out string? problem)
    {
        times = null;
        if (Zone(timeZone) is not { } zone)
        {
            problem = $"names the time zone '{timeZone}', which is not known here; an IANA name such as Europe/Berlin is.";
            return false;
        }

        if (schedule.Length > 200)
        {
            problem = $"is longer than 200 characters; expected is {Rule}.";
            return false;
        }

        try
        {
            var fields = schedule.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;
            var cron = CronExpression.Parse(schedule, fields == 6 ? CronFormat.IncludeSeconds : CronFormat.Standard);
            times = new CronTimes(cron, zone);
            problem = cron.GetNextOccurrence(DateTime.UnixEpoch) is null ? $"'{schedule}' names a date that never comes." : null;
            return problem is null;
        }
        catch (CronFormatException e)
        {
            problem = $"'{schedule}' is not a cron expression: {e.Message} Expected is {Rule}.";
            return false;
        }
    }

    /// <summary>The first time after a moment; null: there is none.</summary>
    public DateTimeOffset? Next(DateTimeOffset after) => _times.GetNextOccurrence(after, _zone);

    /// <summary>The last time up to a moment, that moment included; null: none in the eight years before.</summary>
    public DateTimeOffset? Latest(DateTimeOffset upTo)
    {
        foreach (var window in Windows)
        {
            var latest = _times.GetOccurrences(upTo - window, upTo, _zone, fromInclusive: false, toInclusive: true).Cast<DateTimeOffset?>().LastOrDefault();
            if (latest is not null)
            {
                return latest;
            }
        }

        return null;
    }

    private static TimeZoneInfo? Zone(string? name)
    {
        if (name is null)
        {
            return TimeZoneInfo.Utc;
        }

        // A name is looked up below the machine's folder of zones: nothing that could lead out of it gets there.
        return name.Length is > 0 and <= 64 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '_' or '-' or '+') && name[0] != '/' && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone)
            ? zone
            : null;
    }
}
