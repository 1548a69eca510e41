using System.Text.Json.Nodes;
using Kairship.Activities;
using Kairship.Api;
using Kairship.Api.Releases;
using Kairship.Delivery.Releases;
using Kairship.Workflows.Activities;

namespace Kairship.Server.Releases;

/// <summary>
/// A release that a workflow asks for: the same that a person starts, with the application's lease and its approvals. <see cref="ReleaseRequester"/> says who asked. The execution's key starts one release, however
/// often this runs.
/// </summary>
internal sealed class StartReleaseActivity(IServiceProvider services, IDeliveryStore delivery) : EffectActivity
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5);

    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Kairship.StartRelease", "Release", "Starts a release of an application, to a revision that exists, to new manifests or to other images, and waits for its end if asked to.")
        .WithInput(new InputDescriptor("Application", "String", "The application to release.", UIHint: "dropdown", IsRequired: true, Order: 0) { LiveOptions = LiveLists.Applications })
        .WithInput(new InputDescriptor("Revision", "String", "The name of a revision that exists, or the name that the new one gets.", Order: 1))
        .WithInput(new InputDescriptor("Manifests", "String", "Kubernetes objects in YAML that become a new revision.", UIHint: "code-editor", Order: 2) { Language = "yaml" })
        .WithInput(new InputDescriptor("Images", "Dictionary<String, String>", "Tags by the names of images, for a revision that is the current one but for these.", UIHint: "dictionary", Order: 3))
        .WithInput(new InputDescriptor("Workflow", "String", "The workflow that carries it out; none means the application's own.", UIHint: "dropdown", Order: 4) { LiveOptions = LiveLists.Workflows })
        .WithInput(new InputDescriptor("WaitForCompletion", "Boolean", "Whether to wait until the release is over.", UIHint: "checkbox", DefaultValue: "true", Order: 5))
        .WithOutput(new OutputDescriptor("StartedRelease", "String", "The id of the release."))
        .WithOutput(new OutputDescriptor("Status", "String", "How the release stands or has ended."))
        .WithOutput(new OutputDescriptor("Reason", "String", "Why it was not started, or did not succeed."))
        .WithOutcomes("Started", "Succeeded", "Unsuccessful", "Refused") with { DisplayName = "Start Release" };

    public override async ValueTask<ActivityResult> ExecuteAsync(EffectContext context, CancellationToken cancellationToken)
    {
        if (context.State["release"]?.GetValue<string>() is { } waited)
        {
            return await LookAsync(waited, cancellationToken);
        }

        // Asked for when it is needed: what starts releases needs the activities first.
        var started = await StartAsync(context, services.GetRequiredService<ReleaseStarter>(), services.GetRequiredService<ReleaseRequester>(), cancellationToken);
        if (started.Value is not { } release)
        {
            return ActivityResult.Leave("Refused", new JsonObject { ["Reason"] = started.Reason });
        }

        context.Note($"Release {release.Id} of revision {release.Revision}.");
        return context.Text("WaitForCompletion") is "false" or "False"
            ? ActivityResult.Leave("Started", new JsonObject { ["StartedRelease"] = release.Id, ["Status"] = release.Status })
            : await LookAsync(release.Id, cancellationToken);
    }

    private static async Task<(ReleaseInfo? Value, string? Reason)> StartAsync(
        EffectContext context, ReleaseStarter starter, ReleaseRequester requesters, CancellationToken cancellationToken)
    {
        var requester = await requesters.OfAsync(context, cancellationToken);
        if (requester.Refusal is { } no)
        {
            return (null, no.Detail);
        }

        var images = (context.Inputs["Images"] as JsonObject ?? []).Select(i => new ImageTag(i.Key, i.Value?.ToString() ?? "")).ToList();
        var order = new ReleaseOrder(
            context.RequiredText("Application"), Given(context, "Manifests"), images.Count > 0 ? images : null, Given(context, "Revision"), Given(context, "Workflow"),
            requester.Granted, $"workflow:{context.IdempotencyKey}");
        try
        {
            var answer = await starter.StartAsync(order, cancellationToken);
            return (answer.Value, answer.Refusal is { } refusal ? Sentence(refusal.Detail, refusal.Errors) : null);
        }
        catch (Exception e) when (e is Delivery.Manifests.ManifestException or DeliveryConflictException)
        {
            return (null, e.Message);
        }
    }

    private async Task<ActivityResult> LookAsync(string id, CancellationToken cancellationToken)
    {
        var release = await delivery.GetReleaseAsync(id, cancellationToken);
        if (release is { IsOver: false })
        {
            return ActivityResult.Wait(LookAgain, new JsonObject { ["release"] = id });
        }

        var outputs = new JsonObject { ["StartedRelease"] = id, ["Status"] = release?.Status.ToString(), ["Reason"] = release is null ? "The release is gone." : release.Reason };
        return ActivityResult.Leave(release?.Status == ReleaseStatus.Succeeded ? "Succeeded" : "Unsuccessful", outputs);
    }

    private static string? Given(EffectContext context, string input) => context.Text(input) is { Length: > 0 } text ? text : null;

    private static string Sentence(string detail, IReadOnlyList<ProblemError>? errors) =>
        errors is { Count: > 0 } ? $"{detail} {string.Join(' ', errors.Select(e => $"{e.Path}: {e.Message}"))}" : detail;
}
