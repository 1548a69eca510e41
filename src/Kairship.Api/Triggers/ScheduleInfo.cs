namespace Kairship.Api.Triggers;

/// <param name="Schedule">"every 00:05:00", "cron 0 3 * * *" (UTC), "once at 2026-01-31T08:00:00Z".</param>
/// <param name="NextFireAt">Null when it has no fire time left.</param>
/// <param name="LastFiredAt">The last fire time that started an instance; null: none since it was published.</param>
public sealed record ScheduleInfo(
    string DefinitionId, string VersionId, string ActivityId, string Schedule, DateTimeOffset? NextFireAt, DateTimeOffset? LastFiredAt, DateTimeOffset PublishedAt);
