using System.Text.Json.Nodes;
using Kairship.Workflows.Activities;
using Microsoft.Extensions.Logging;

namespace Kairship.Activities.Releases;

/// <summary>Tells people: a line in the release's story and in the log.</summary>
internal sealed partial class NotifyActivity(ReleaseDesk desk, ILogger<NotifyActivity> logger) : EffectActivity
{
    private const int MostDetails = 50;

    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Kairship.Notify", "Release", "Tells people how the release goes, by a line in its story and in the log.")
        .WithInput(ReleaseInputs.Release)
        .WithInput(new InputDescriptor("Message", "String", "What to tell.", UIHint: "multiline", IsRequired: true, Order: 1))
        .WithInput(new InputDescriptor("Details", "Dictionary<String, String>", "Names and values that are told below the message.", UIHint: "dictionary", Order: 2));

    public override async ValueTask<ActivityResult> ExecuteAsync(EffectContext context, CancellationToken cancellationToken)
    {
        var release = await desk.GetAsync(context, cancellationToken);
        var message = context.RequiredText("Message") + Details(context.Inputs["Details"] as JsonObject ?? []);
        await desk.TellAsync(context, release.Id, "Notification", null, message, cancellationToken);
        Log(logger, release.Application, release.Id, message);
        return ActivityResult.Done();
    }

    private static string Details(JsonObject details) => string.Concat(details.Take(MostDetails).Select(d => $"\n{d.Key}: {d.Value}"));

    [LoggerMessage(LogLevel.Information, "{Application} {Release}: {Message}")]
    private static partial void Log(ILogger logger, string application, string release, string message);
}
