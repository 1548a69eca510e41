using Kairship.Workflows.Definitions;

namespace Kairship.Workflows.Activities.BuiltIn;

/// <summary>Its activities one after the other. A terminal activity (End) ends it early.</summary>
internal sealed class Sequence : ControlActivity
{
    public override ActivityDescriptor Descriptor { get; } =
        ActivityDescriptor.Create("Elsa.Sequence", "Workflows", "Execute a set of activities in sequence.").WithContained("Activities") with { IsContainer = true, IsBrowsable = false };

    public override void Execute(ControlContext context) => Next(context, 0);

    public override void ChildCompleted(ControlContext context, ChildCompletion child)
    {
        if (child.Node.Descriptor.IsTerminal)
        {
            context.Complete();
        }
        else
        {
            Next(context, PlaceOf(child.Node, context.Node.Child("Activities")) + 1);
        }
    }

    private static void Next(ControlContext context, int index)
    {
        var activities = context.Node.Child("Activities");
        if (index >= activities.Count)
        {
            context.Complete();
            return;
        }

        context.Schedule(activities[index]);
    }

    private static int PlaceOf(ActivityNode node, IReadOnlyList<ActivityNode> activities)
    {
        var place = 0;
        while (!ReferenceEquals(activities[place], node))
        {
            place++;
        }

        return place;
    }
}
