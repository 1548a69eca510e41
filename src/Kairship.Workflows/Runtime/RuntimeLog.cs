using Kairship.Workflows.Storage;
using Microsoft.Extensions.Logging;

namespace Kairship.Workflows.Runtime;

internal static partial class RuntimeLog
{
    [LoggerMessage(1, LogLevel.Warning, "Instance {InstanceId}: another owner has taken it over (epoch {Epoch}); its memory is forgotten")]
    public static partial void Fenced(this ILogger logger, string instanceId, long epoch);

    [LoggerMessage(2, LogLevel.Error, "Instance {InstanceId}: the burst ended by an error; its last commit counts, and it goes on from there in {Delay}")]
    public static partial void BurstFailed(this ILogger logger, Exception exception, string instanceId, TimeSpan delay);

    [LoggerMessage(3, LogLevel.Error, "Instance {InstanceId} is quarantined: {Reason}")]
    public static partial void Quarantined(this ILogger logger, string instanceId, string reason);

    [LoggerMessage(4, LogLevel.Warning, "Instance {InstanceId}, execution {ExecutionId}, attempt {Attempt}: failed: {Message}")]
    public static partial void EffectFailed(this ILogger logger, string instanceId, string executionId, int attempt, string message);

    [LoggerMessage(5, LogLevel.Warning, "Leases could not be renewed")]
    public static partial void RenewFailed(this ILogger logger, Exception exception);

    [LoggerMessage(6, LogLevel.Error, "Due instances could not be read; trying again in {Delay}")]
    public static partial void SweepFailed(this ILogger logger, Exception exception, TimeSpan delay);

    [LoggerMessage(7, LogLevel.Error, "Outbox messages could not be delivered; trying again in {Delay}")]
    public static partial void PumpFailed(this ILogger logger, Exception exception, TimeSpan delay);

    [LoggerMessage(33, LogLevel.Error, "Instance {InstanceId}: a message of kind {Kind} could not be delivered; it is kept, with what the instance sends after it, and tried again")]
    public static partial void MessageStuck(this ILogger logger, Exception exception, string instanceId, string kind);

    [LoggerMessage(8, LogLevel.Warning, "Instance {InstanceId}: an inbox message cannot be read and is dropped: {Message}")]
    public static partial void BadMessage(this ILogger logger, string instanceId, string message);

    [LoggerMessage(9, LogLevel.Information, "Instance {InstanceId} is {Status}")]
    public static partial void Ended(this ILogger logger, string instanceId, InstanceStatus status);

    [LoggerMessage(10, LogLevel.Warning, "{Count} bursts did not end within {Timeout}; their effects are cancelled and run again elsewhere")]
    public static partial void DrainTimedOut(this ILogger logger, int count, TimeSpan timeout);

    [LoggerMessage(11, LogLevel.Error, "A subscriber of InstanceCommitted failed")]
    public static partial void SubscriberFailed(this ILogger logger, Exception exception);

    [LoggerMessage(20, LogLevel.Warning, "Definition {DefinitionId} was not started at {ActivityId}: {Problem}")]
    public static partial void TriggerRefused(this ILogger logger, string definitionId, string activityId, string? problem);

    [LoggerMessage(12, LogLevel.Warning, "Instance {InstanceId} was claimed {Claims} times without getting anywhere: it waits for its turn alone")]
    public static partial void Suspected(this ILogger logger, string instanceId, int claims);

    [LoggerMessage(31, LogLevel.Information, "Retention deleted {Instances} ended instances, {Rows} rows of journals and inboxes, {Keys} start keys")]
    public static partial void Pruned(this ILogger logger, int instances, long rows, int keys);

    [LoggerMessage(32, LogLevel.Error, "Retention failed; trying again in {Delay}")]
    public static partial void PruneFailed(this ILogger logger, Exception exception, TimeSpan delay);

    [LoggerMessage(30, LogLevel.Warning, "Instance {InstanceId}: stimulus {Stimulus} is refused: {Outcome}")]
    public static partial void SignalRefused(this ILogger logger, string instanceId, string stimulus, PostOutcome outcome);
}
