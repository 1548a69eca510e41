using System.Text.Json.Nodes;

namespace Kairship.Workflows.Activities.BuiltIn;

/// <summary>Its body for each item, one after the other, with the variables CurrentValue and CurrentIndex.</summary>
internal sealed class ForEach : ControlActivity
{
    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Elsa.ForEach", "Looping", "Iterate over a set of values.")
        .WithInput(new InputDescriptor("Items", "List<Object>", "The set of values to iterate.", "dropdown", IsRequired: true))
        .WithOutput(new OutputDescriptor("CurrentValue", "Object", "Assign the current value to the specified variable.", "Current Value"))
        .WithEmbedded("Body") with { DisplayName = "For Each" };

    public override bool IsLoop => true;

    public override void Execute(ControlContext context) => Next(context, 0);

    public override void ChildCompleted(ControlContext context, ChildCompletion child) => Next(context, context.State["next"]!.GetValue<int>());

    private static void Next(ControlContext context, int index)
    {
        var items = InputValues.List(context.Inputs["Items"]);
        if (index >= items.Count || context.Node.Child("Body") is not [var body, ..])
        {
            context.Complete();
            return;
        }

        context.State["next"] = index + 1;
        context.SetOutput("CurrentValue", items[index]);
        context.Schedule(body, null, LoopVariables.Of(items[index], index));
    }
}

/// <summary>What the body of a loop over items sees.</summary>
internal static class LoopVariables
{
    public static IReadOnlyDictionary<string, JsonNode?> Of(JsonNode? item, int index) =>
        new Dictionary<string, JsonNode?> { ["CurrentValue"] = item, ["CurrentIndex"] = index };
}
