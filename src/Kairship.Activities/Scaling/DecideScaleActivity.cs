using System.Text.Json.Nodes;
using Kairship.Delivery.Releases;
using Kairship.Delivery.Scaling;
using Kairship.Workflows.Activities;

namespace Kairship.Activities.Scaling;

/// <summary>Measures an application and decides how many replicas it should have over all clusters.</summary>
internal sealed class DecideScaleActivity(ScalingDesk desk, IDeliveryStore store) : EffectActivity
{
    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Kairship.DecideScale", "Scaling", "Reads the application's metrics and rules and decides how many replicas it should have over all clusters, with tolerance, stabilisation and limits; changes nothing.")
        .WithInput(new InputDescriptor("Application", "String", "The application; it says in spec.scaling how it is scaled.", UIHint: "dropdown", IsRequired: true) { LiveOptions = LiveLists.Applications })
        .WithOutput(new OutputDescriptor("Decision", "Object", "What is to be changed, for the activity Scale: totals, reason, cause, fresh, asks."))
        .WithOutput(new OutputDescriptor("Total", "Int32", "Replicas that there should be; nothing where the clusters' autoscalers size them."))
        .WithOutput(new OutputDescriptor("Reason", "String", "Why, in sentences."))
        .WithOutcomes("Change", "Steady", "Blocked") with { DisplayName = "Decide Scale" };

    public override async ValueTask<ActivityResult> ExecuteAsync(EffectContext context, CancellationToken cancellationToken)
    {
        var name = context.RequiredText("Application");
        var application = await store.GetApplicationAsync(name, cancellationToken)
            ?? throw new ActivityInputException(context.ActivityId, "Application", $"names '{name}', and there is no such application");
        var advice = await desk.LookAsync(application, cancellationToken);
        context.Note(advice.Reason);
        return ActivityResult.Leave(advice.Verdict.ToString(), new JsonObject
        {
            ["Decision"] = advice.Verdict == ScalingVerdict.Change ? ScalingWish.Of(advice).ToJson() : null,
            ["Total"] = advice.Total,
            ["Reason"] = advice.Reason,
        });
    }
}
