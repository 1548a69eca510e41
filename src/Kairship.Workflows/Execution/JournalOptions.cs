namespace Kairship.Workflows.Execution;

/// <summary>What the journal keeps of values. A definition or an activity says otherwise by Elsa's customProperties.logPersistenceMode.</summary>
public sealed record JournalOptions
{
    /// <summary>Evaluated inputs of activities, and of workflows.</summary>
    /// <value>true.</value>
    public bool Inputs { get; init; } = true;

    /// <summary>Outputs of activities, and of workflows.</summary>
    /// <value>true.</value>
    public bool Outputs { get; init; } = true;

    /// <summary>Characters, more or less, of one value; the rest is cut, and the line says so.</summary>
    /// <value>4,096.</value>
    public int MaxValueLength { get; init; } = 4096;

    /// <summary>Characters, more or less, of all values of one line.</summary>
    /// <value>16,384.</value>
    public int MaxDataLength { get; init; } = 16_384;

    /// <summary>Characters of a message.</summary>
    /// <value>2,000.</value>
    public int MaxMessageLength { get; init; } = 2_000;

    /// <summary>Characters of all values and messages of one transition; past it its lines are without values.</summary>
    /// <value>1,000,000.</value>
    public int MaxTransitionLength { get; init; } = 1_000_000;
}
