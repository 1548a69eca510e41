using Kairship.Workflows.Activities;
using Microsoft.Extensions.Logging;

namespace Kairship.Activities.Releases;

/// <summary>Tells people: a line in the release's story and in the log.</summary>
internal sealed partial class NotifyActivity(ReleaseDesk desk, ILogger<NotifyActivity> logger) : EffectActivity
{
    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Kairship.Notify", "Release", "Tells people how the release goes: a line in its story, and in the log.")
        .WithInput(ReleaseInputs.Release)
        .WithInput(new InputDescriptor("Message", "String", "What to tell.", UIHint: "multiline", IsRequired: true, Order: 1));

    public override async ValueTask<ActivityResult> ExecuteAsync(EffectContext context, CancellationToken cancellationToken)
    {
        var release = await desk.GetAsync(context, cancellationToken);
        var message = context.RequiredText("Message");
        await desk.TellAsync(context, release.Id, "Notification", null, message, cancellationToken);
        Log(logger, release.Application, release.Id, message);
        return ActivityResult.Done();
    }

    [LoggerMessage(LogLevel.Information, "{Application} {Release}: {Message}")]
    private static partial void Log(ILogger logger, string application, string release, string message);
}
