namespace Kairship.Storage.Database;

/// <summary>Times are kept as UTC ticks: SQLite cannot compare any other kind of time, and both databases keep these exactly.</summary>
internal static class Ticks
{
    public static DateTimeOffset ToTime(long ticks) => new(ticks, TimeSpan.Zero);

    public static DateTimeOffset? ToTime(long? ticks) => ticks is { } value ? ToTime(value) : null;

    public static long? Of(DateTimeOffset? time) => time?.UtcTicks;

    public static long Now(TimeProvider time) => time.GetUtcNow().UtcTicks;
}
