namespace Kairship.Workflows.Activities.BuiltIn;

/// <summary>Faults the workflow on purpose.</summary>
internal sealed class Fault : ControlActivity
{
    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Elsa.Fault", "Primitives", "Faults the workflow.")
        .WithInput(new InputDescriptor("Code", "String", "Code to categorize the fault."))
        .WithInput(new InputDescriptor("Category", "String", "Category to categorize the fault. Examples: HTTP, Alteration, Azure, etc.", Order: 1))
        .WithInput(new InputDescriptor("FaultType", "String", "The type of fault. Examples: System, Business, Integration, etc.", DisplayName: "Type", Order: 2))
        .WithInput(new InputDescriptor("Message", "String", "The message to include with the fault.", Order: 3));

    public override void Execute(ControlContext context)
    {
        string?[] kind = [Read(context, "Category"), Read(context, "FaultType"), Read(context, "Code")];
        var type = string.Join('/', kind.Where(k => !string.IsNullOrEmpty(k)));
        context.Fault(type.Length == 0 ? "Fault" : type, Read(context, "Message") ?? "The workflow faulted itself.");
    }

    private static string? Read(ControlContext context, string input) => InputValues.Text(context.EvaluateInput(input));
}
