using System.Globalization;

namespace Kairship.Workflows.Activities.BuiltIn;

/// <summary>Its body for all items at the same time, each with its own CurrentValue and CurrentIndex; completes when all have.</summary>
internal sealed class ParallelForEach : ControlActivity
{
    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Elsa.ParallelForEach", "Looping", "Schedule an activity for each item in parallel.")
        .WithInput(new InputDescriptor("Items", "Object", "The items to iterate through.", IsRequired: true))
        .WithEmbedded("Body") with { DisplayName = "Parallel for Each" };

    public override bool IsLoop => true;

    public override void Execute(ControlContext context)
    {
        var items = InputValues.List(context.EvaluateInput("Items"));
        if (items.Count == 0 || context.Node.Child("Body") is not [var body, ..])
        {
            context.Complete();
            return;
        }

        for (var index = 0; index < items.Count; index++)
        {
            context.Schedule(body, index.ToString(CultureInfo.InvariantCulture), LoopVariables.Of(items[index], index));
        }
    }

    public override void ChildCompleted(ControlContext context, ChildCompletion child) => Branches.EndOne(context, firstWins: false);
}
