using System.Text.Json;
using Kairship.Storage;

namespace Kairship.Testing.Worker;

/// <summary>Where a worker stops and waits for the file "go" in its folder.</summary>
public enum Hold
{
    Nowhere,

    /// <summary>In the middle of each effect.</summary>
    InEffects,

    /// <summary>When an effect has ended, before its result is committed.</summary>
    BeforeResults,
}

/// <summary>What one worker process is told, as JSON in its only argument.</summary>
/// <param name="Owner">Who claims instances.</param>
/// <param name="Folder">Where it writes down what its effects did.</param>
public sealed record WorkerOptions(StorageProvider Provider, string Connection, string Owner, string Folder)
{
    public int LeaseSeconds { get; init; } = 2;
    public int DrainSeconds { get; init; } = 3;
    public int MaxClaims { get; init; } = 5;
    public Hold Hold { get; init; }

    public string EffectsFile => Path.Combine(Folder, $"effects.{Owner}");

    public string GoFile => Path.Combine(Folder, "go");

    public string Write() => JsonSerializer.Serialize(this);

    public static WorkerOptions Read(string json) => JsonSerializer.Deserialize<WorkerOptions>(json) ?? throw new ArgumentException("no options", nameof(json));
}
