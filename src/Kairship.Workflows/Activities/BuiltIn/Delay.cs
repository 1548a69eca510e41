using System.Globalization;

namespace Kairship.Workflows.Activities.BuiltIn;

/// <summary>Waits for a time, holding nothing but a row.</summary>
internal sealed class Delay : ControlActivity
{
    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Elsa.Delay", "Scheduling", "Delay execution for the specified amount of time.")
        .WithInput(new InputDescriptor("TimeSpan", "TimeSpan", "The timespan to delay workflow execution.", DefaultValue: "00:01:00", DisplayName: "Time Span"));

    public override void Execute(ControlContext context)
    {
        var text = InputValues.Text(context.EvaluateInput("TimeSpan"));
        if (!TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var delay))
        {
            context.Fault("Input", $"Input 'TimeSpan' is '{text}': a time span such as 00:05:00 is expected.");
        }
        else if (delay <= TimeSpan.Zero)
        {
            context.Complete();
        }
        else
        {
            context.Wait([], delay);
        }
    }
}
