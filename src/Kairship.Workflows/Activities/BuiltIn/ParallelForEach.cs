using System.Globalization;

namespace Kairship.Workflows.Activities.BuiltIn;

/// <summary>Its body for all items at the same time, each with its own CurrentValue and CurrentIndex; completes when all have.</summary>
internal sealed class ParallelForEach : ControlActivity
{
    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Elsa.ParallelForEach", "Looping", "Schedule an activity for each item in parallel.")
        .WithInput(new InputDescriptor("Items", "Object", "The items to iterate through.", IsRequired: true))
        .WithInput(new InputDescriptor("MaxConcurrency", "Int32", "How many items are worked on at the same time. 0: all.", DefaultValue: "0", Order: 1))
        .WithEmbedded("Body") with { DisplayName = "Parallel for Each" };

    public override bool IsLoop => true;

    public override void Execute(ControlContext context)
    {
        var limit = InputValues.Number(context.EvaluateInput("MaxConcurrency")) ?? 0;
        if (limit is < 0 || !decimal.IsInteger(limit))
        {
            context.Fault("Input", $"Input 'MaxConcurrency' is {limit}: a whole number is expected, 0 for no limit.");
            return;
        }

        // With a limit the items are kept with the evaluated inputs, for those whose turn comes later.
        var items = InputValues.List(limit == 0 ? context.EvaluateInput("Items") : context.Inputs["Items"]);
        if (items.Count == 0 || context.Node.Child("Body") is not [var body, ..])
        {
            context.Complete();
            return;
        }

        var first = limit == 0 ? items.Count : (int)Math.Min(limit, items.Count);
        for (var index = 0; index < first; index++)
        {
            Start(context, body, items, index);
        }

        if (first < items.Count)
        {
            context.State["next"] = first;
        }
    }

    public override void ChildCompleted(ControlContext context, ChildCompletion child)
    {
        if (context.State["next"]?.GetValue<int>() is { } next && InputValues.List(context.Inputs["Items"]) is var items && next < items.Count)
        {
            context.State["next"] = next + 1;
            Start(context, child.Node, items, next);
            return;
        }

        Branches.EndOne(context, firstWins: false);
    }

    private static void Start(ControlContext context, Definitions.ActivityNode body, System.Text.Json.Nodes.JsonArray items, int index) =>
        context.Schedule(body, index.ToString(CultureInfo.InvariantCulture), LoopVariables.Of(items[index], index));
}
