using Kairship.Workflows.Expressions;

namespace Kairship.Server.Elsa.Descriptors;

internal sealed record ExpressionType(string Type, string DisplayName, bool IsSerializable, bool IsBrowsable, IReadOnlyDictionary<string, string> Properties);

internal sealed record StorageDriver(string TypeName, string DisplayName, double Priority, bool Deprecated);

internal sealed record VariableType(string TypeName, string DisplayName, string Category, string? Description);

/// <param name="TypeName">As definitions store it.</param>
internal sealed record Strategy(string DisplayName, string Description, string TypeName);

/// <summary>What the designer offers besides activities. Only what the engine does, under the names that definitions store.</summary>
internal static class DesignerLists
{
    public static IReadOnlyList<ExpressionType> Expressions { get; } = [.. ExpressionCompiler.Types.Select(type => type switch
    {
        "Object" => Expression(type, false, "json"),
        "JavaScript" => Expression(type, true, "javascript"),
        "Liquid" => Expression(type, true, "liquid"),
        _ => Expression(type, type is "Variable" or "Input", null),
    })];

    /// <summary>Variables live in the instance's snapshot, wherever a definition wants them.</summary>
    public static IReadOnlyList<StorageDriver> Storage { get; } =
        [new("Elsa.Workflows.WorkflowInstanceStorageDriver, Elsa.Workflows.Core", "Workflow Instance", 5, false)];

    public static IReadOnlyList<VariableType> Variables { get; } =
    [
        new("Object", "Object", "Dynamic", "Any JSON value."),
        new("JsonObject", "JSON object", "Dynamic", "An object with any members."),
        new("String", "Text", "Primitives", null),
        new("Boolean", "Boolean", "Primitives", null),
        new("Int32", "Whole number", "Primitives", "From -2147483648 to 2147483647."),
        new("Int64", "Long whole number", "Primitives", null),
        new("Double", "Number", "Primitives", null),
        new("Decimal", "Decimal number", "Primitives", null),
        new("Single", "Short number", "Primitives", null),
        new("Byte", "Byte", "Primitives", "From 0 to 255."),
        new("Int16", "Short whole number", "Primitives", "From -32768 to 32767."),
        new("UInt32", "Whole number without sign", "Primitives", null),
        new("Guid", "GUID", "Primitives", null),
        new("DateTimeOffset", "Time", "Primitives", "Such as 2026-01-31T08:00:00+00:00."),
        new("DateTime", "Time without offset", "Primitives", "Such as 2026-01-31T08:00:00Z."),
        new("TimeSpan", "Duration", "Primitives", "Such as 00:00:30 or 1.12:00:00."),
    ];

    /// <summary>Every start makes an instance. Who wants one at a time takes a lease, as releases do.</summary>
    public static IReadOnlyList<Strategy> Activation { get; } =
        [new("Always", "Every start makes a new instance.", "Elsa.Workflows.ActivationValidators.AllowAlwaysStrategy, Elsa.Workflows.Core")];

    public static IReadOnlyList<Strategy> Incidents { get; } =
    [
        new("Fault", "The instance stops and waits for somebody: retry, skip, cancel.", "FaultStrategy"),
        new("Continue with incidents", "What does not depend on the failed activity goes on; the incident is kept.", "ContinueWithIncidentsStrategy"),
        new("Compensate", "What was done is undone in reverse order, by the compensations that activities name.", "CompensateStrategy"),
    ];

    /// <summary>What is not chosen is shown as the first: that must be what it means.</summary>
    public static IReadOnlyList<Strategy> LogPersistence { get; } =
    [
        new("Inherit", "As the activity, the workflow or the server says.", "Elsa.Workflows.LogPersistence.Strategies.Inherit, Elsa.Workflows.Core"),
        new("Exclude", "The journal does not keep the value.", "Elsa.Workflows.LogPersistence.Strategies.Exclude, Elsa.Workflows.Core"),
        new("Include", "The journal keeps the value; what is sensitive stays masked.", "Elsa.Workflows.LogPersistence.Strategies.Include, Elsa.Workflows.Core"),
    ];

    private static ExpressionType Expression(string type, bool isBrowsable, string? language) =>
        new(type, type, true, isBrowsable, language is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["MonacoLanguage"] = language });
}
