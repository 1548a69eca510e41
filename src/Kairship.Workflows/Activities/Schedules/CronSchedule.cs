using Cronos;
using Kairship.Workflows.Expressions;

namespace Kairship.Workflows.Activities.Schedules;

/// <summary>By a cron expression, in UTC: five fields, six with seconds first, or a macro such as @hourly.</summary>
public sealed record CronSchedule : Schedule
{
    /// <summary>How far back a missed time is looked for, step by step, so that a schedule of every second does not cost a year of seconds.</summary>
    private static readonly TimeSpan[] Windows = [TimeSpan.FromMinutes(2), TimeSpan.FromHours(2), TimeSpan.FromDays(2), TimeSpan.FromDays(62), TimeSpan.FromDays(800)];

    private readonly CronExpression times;

    private CronSchedule(string expression, CronExpression times) => (Expression, this.times) = (expression, times);

    public string Expression { get; }

    public override string Description => $"cron {Expression}";

    /// <exception cref="ExpressionException">It is no cron expression, or one that never comes.</exception>
    public static CronSchedule Parse(string expression)
    {
        try
        {
            var fields = expression.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;
            var cron = CronExpression.Parse(expression, fields == 6 ? CronFormat.IncludeSeconds : CronFormat.Standard);
            return cron.GetNextOccurrence(DateTime.UnixEpoch) is not null
                ? new CronSchedule(expression, cron)
                : throw new ExpressionException($"The cron expression '{expression}' names a date that never comes.");
        }
        catch (CronFormatException e)
        {
            throw new ExpressionException(
                $"'{expression}' is not a cron expression: {e.Message} Expected 'minute hour day month weekday' such as '0 3 * * 1-5', or six fields with seconds first.", e);
        }
    }

    public override DateTimeOffset? Next(DateTimeOffset after) => times.GetNextOccurrence(after.UtcDateTime) is { } next ? new DateTimeOffset(next, TimeSpan.Zero) : null;

    public override DateTimeOffset? Latest(DateTimeOffset after, DateTimeOffset upTo)
    {
        if (after >= upTo)
        {
            return null;
        }

        foreach (var window in Windows.Append(TimeSpan.MaxValue))
        {
            var from = upTo - after > window ? upTo - window : after;
            var latest = times.GetOccurrences(from.UtcDateTime, upTo.UtcDateTime, fromInclusive: false, toInclusive: true).Cast<DateTime?>().LastOrDefault();
            if (latest is { } at)
            {
                return new DateTimeOffset(at, TimeSpan.Zero);
            }

            if (from == after)
            {
                return null;
            }
        }

        return null;
    }

    public bool Equals(CronSchedule? other) => other is not null && Expression == other.Expression;

    public override int GetHashCode() => Expression.GetHashCode(StringComparison.Ordinal);
}
