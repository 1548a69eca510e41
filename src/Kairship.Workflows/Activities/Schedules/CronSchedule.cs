using Cronos;
using Kairship.Workflows.Expressions;

namespace Kairship.Workflows.Activities.Schedules;

/// <summary>
/// By a cron expression in a time zone: five fields, six with seconds first, or a macro such as @hourly. A time of day that a change of the clocks leaves out comes when the gap is over; one that comes twice
/// counts once, unless the expression is an interval.
/// </summary>
public sealed record CronSchedule : Schedule
{
    /// <summary>How far back a missed time is looked for, step by step, so that a schedule of every second does not cost a year of seconds.</summary>
    private static readonly TimeSpan[] Windows = [TimeSpan.FromMinutes(2), TimeSpan.FromHours(2), TimeSpan.FromDays(2), TimeSpan.FromDays(62), TimeSpan.FromDays(800)];

    private readonly CronExpression times;
    private readonly TimeZoneInfo zone;

    private CronSchedule(string expression, CronExpression times, TimeZoneInfo zone) => (Expression, this.times, this.zone) = (expression, times, zone);

    public string Expression { get; }

    /// <summary>As it was given; null: UTC.</summary>
    public string? TimeZone { get; private init; }

    public override string Description => TimeZone is null ? $"cron {Expression}" : $"cron {Expression} {TimeZone}";

    /// <param name="timeZone">An IANA name such as Europe/Berlin; null: UTC.</param>
    /// <exception cref="ExpressionException">It is no cron expression, or one that never comes, or the time zone is not known.</exception>
    public static CronSchedule Parse(string expression, string? timeZone = null)
    {
        var place = ZoneOf(timeZone);
        try
        {
            var fields = expression.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;
            var cron = CronExpression.Parse(expression, fields == 6 ? CronFormat.IncludeSeconds : CronFormat.Standard);
            return cron.GetNextOccurrence(DateTime.UnixEpoch) is not null
                ? new CronSchedule(expression, cron, place) { TimeZone = timeZone }
                : throw new ExpressionException($"The cron expression '{expression}' names a date that never comes.");
        }
        catch (CronFormatException e)
        {
            throw new ExpressionException(
                $"'{expression}' is not a cron expression: {e.Message} Expected 'minute hour day month weekday' such as '0 3 * * 1-5', or six fields with seconds first.", e);
        }
    }

    public override DateTimeOffset? Next(DateTimeOffset after) => times.GetNextOccurrence(after, zone)?.ToUniversalTime();

    public override DateTimeOffset? Latest(DateTimeOffset after, DateTimeOffset upTo)
    {
        if (after >= upTo)
        {
            return null;
        }

        foreach (var window in Windows.Append(TimeSpan.MaxValue))
        {
            var from = upTo - after > window ? upTo - window : after;
            if (times.GetOccurrences(from, upTo, zone, fromInclusive: false, toInclusive: true).Cast<DateTimeOffset?>().LastOrDefault() is { } at)
            {
                return at.ToUniversalTime();
            }

            if (from == after)
            {
                return null;
            }
        }

        return null;
    }

    public bool Equals(CronSchedule? other) => other is not null && Expression == other.Expression && TimeZone == other.TimeZone;

    public override int GetHashCode() => HashCode.Combine(Expression, TimeZone);

    // A name is looked up below the machine's folder of zones: nothing that could lead out of it gets there.
    private static TimeZoneInfo ZoneOf(string? name) => name is null ? TimeZoneInfo.Utc
        : name.Length is > 0 and <= 64 && name[0] != '/' && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '_' or '-' or '+') && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var found) ? found
        : throw new ExpressionException($"The time zone '{name}' is not known here; an IANA name such as Europe/Berlin is.");
}
