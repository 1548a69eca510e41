using Cronos;

namespace Kairship.Simulator.Controllers.CronJobs;

/// <summary>The times of a CronJob: five fields or a macro (@hourly), in its time zone or UTC.</summary>
internal sealed class CronSchedule
{
    /// <summary>More missed times than this are not looked at one by one.</summary>
    private const int MostMissed = 100;

    private readonly CronExpression _expression;
    private readonly TimeZoneInfo _zone;

    private CronSchedule(CronExpression expression, TimeZoneInfo zone) => (_expression, _zone) = (expression, zone);

    /// <returns>Null and what is wrong when schedule or zone cannot be read.</returns>
    public static (CronSchedule? Schedule, string Error) Parse(string schedule, string? timeZone)
    {
        if (!CronExpression.TryParse(schedule, out var expression))
        {
            return (null, $"unparseable schedule: \"{schedule}\"");
        }

        if (timeZone is null)
        {
            return (new CronSchedule(expression, TimeZoneInfo.Utc), "");
        }

        return TimeZoneInfo.TryFindSystemTimeZoneById(timeZone, out var zone)
            ? (new CronSchedule(expression, zone), "")
            : (null, $"invalid timeZone: \"{timeZone}\": unknown time zone {timeZone}");
    }

    public DateTimeOffset? Next(DateTimeOffset after) => _expression.GetNextOccurrence(after, _zone);

    /// <summary>The last time in (from, now], if any, and whether too many were missed to count them.</summary>
    public (DateTimeOffset? Last, bool TooMany) Missed(DateTimeOffset from, DateTimeOffset now)
    {
        DateTimeOffset? last = null;
        var count = 0;
        for (var time = Next(from); time is { } at && at <= now; time = Next(at))
        {
            last = at;
            if (++count > MostMissed)
            {
                // The newest one is still wanted: look for it close to now.
                return (Missed(now - TimeSpan.FromDays(1) > at ? now - TimeSpan.FromDays(1) : at, now).Last ?? last, true);
            }
        }

        return (last, false);
    }
}
