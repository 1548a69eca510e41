namespace Kairship.Workflows.Activities.BuiltIn;

/// <summary>Its body for each number from Start to End by Step, with the variables CurrentValue and CurrentIndex.</summary>
internal sealed class For : ControlActivity
{
    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Elsa.For", "Looping", "Iterate over a sequence of steps between a start and an end number.")
        .WithInput(new InputDescriptor("Start", "Int32", "The start step."))
        .WithInput(new InputDescriptor("End", "Int32", "The end step."))
        .WithInput(new InputDescriptor("Step", "Int32", "The step size. To count down, enter a negative number."))
        .WithInput(new InputDescriptor("OuterBoundInclusive", "Boolean", "Controls whether the end step is upper/lowerbound inclusive or exclusive. True (inclusive) by default.",
            "checkbox", DefaultValue: "true", DisplayName: "Outer Bound Inclusive"))
        .WithOutput(new OutputDescriptor("CurrentValue", "Object", DisplayName: "Current Value"))
        .WithEmbedded("Body");

    public override bool IsLoop => true;

    public override void Execute(ControlContext context) => Next(context, 0);

    public override void ChildCompleted(ControlContext context, ChildCompletion child) => Next(context, context.State["next"]!.GetValue<int>());

    private static void Next(ControlContext context, int index)
    {
        var step = InputValues.Number(context.Inputs["Step"]) ?? 1;
        if (step == 0)
        {
            context.Fault("Input", "Input 'Step' is 0: the loop would never end. Use a positive or a negative number.");
            return;
        }

        var current = (InputValues.Number(context.Inputs["Start"]) ?? 0) + (step * index);
        var distance = ((InputValues.Number(context.Inputs["End"]) ?? 0) - current) * Math.Sign(step);
        var inside = InputValues.Flag(context.Inputs["OuterBoundInclusive"], true) ? distance >= 0 : distance > 0;
        if (!inside || context.Node.Child("Body") is not [var body, ..])
        {
            context.Complete();
            return;
        }

        context.State["next"] = index + 1;
        context.SetOutput("CurrentValue", current);
        context.Schedule(body, null, LoopVariables.Of(current, index));
    }
}
