using System.Text.Json.Nodes;
using Kairship.Workflows.Activities;
using Microsoft.Extensions.Logging;

namespace Kairship.Activities.Releases;

/// <summary>Tells people: a line in the log, and in the release's story where it is about one.</summary>
internal sealed partial class NotifyActivity(ReleaseDesk desk, ILogger<NotifyActivity> logger) : EffectActivity
{
    private const int MostDetails = 50;

    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Kairship.Notify", "Release", "Tells people how it goes: by a line in the log, and in the release's story where one is named.")
        .WithInput(ReleaseInputs.Release with { IsRequired = false, Description = "The release that it is about; none: it is about none." })
        .WithInput(new InputDescriptor("Message", "String", "What to tell.", UIHint: "multiline", IsRequired: true, Order: 1))
        .WithInput(new InputDescriptor("Details", "Dictionary<String, String>", "Names and values that are told below the message.", UIHint: "dictionary", Order: 2));

    public override async ValueTask<ActivityResult> ExecuteAsync(EffectContext context, CancellationToken cancellationToken)
    {
        var message = context.RequiredText("Message") + Details(context.Inputs["Details"] as JsonObject ?? []);
        if (string.IsNullOrEmpty(context.Text("Release")))
        {
            context.Note(message);
            Log(logger, context.DefinitionId, context.InstanceId, message);
            return ActivityResult.Done();
        }

        // Who has started a release by another workflow may tell of it: telling changes nothing.
        var id = context.RequiredText("Release");
        var release = await desk.Store.GetReleaseAsync(id, cancellationToken) ?? throw new ActivityInputException(context.ActivityId, "Release", $"names '{id}', and there is no such release");
        await desk.TellAsync(context, release.Id, "Notification", null, message, cancellationToken);
        Log(logger, release.Application, release.Id, message);
        return ActivityResult.Done();
    }

    private static string Details(JsonObject details) => string.Concat(details.Take(MostDetails).Select(d => $"\n{d.Key}: {d.Value}"));

    [LoggerMessage(LogLevel.Information, "{Subject} {Id}: {Message}")]
    private static partial void Log(ILogger logger, string subject, string id, string message);
}
