using System.Text.Json;
using System.Text.RegularExpressions;
using Kairship.Simulator.Faults;
using Kairship.Simulator.Hosting;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.State;

/// <summary>What makes a cluster the same one after a restart, beside its objects and its faults.</summary>
internal sealed record ClusterIdentity(int Format, SimulatedClusterOptions Options, string Token, ClusterCertificates? Certificates)
{
    public const int CurrentFormat = 1;
}

/// <summary>A cluster as it was found on disk; its journal is open to go on.</summary>
internal sealed record SavedCluster(ClusterIdentity Identity, FaultSettings Faults, IReadOnlyDictionary<ObjectKey, byte[]> Objects, long Revision, Journal Journal);

/// <summary>
/// The folder of one cluster: <c>cluster.json</c> (what it is like, port, token, certificates; written last when the cluster is new, so that a folder without it is
/// no cluster), <c>faults.json</c> and <c>objects.journal</c>. Only their owner can read them.
/// </summary>
internal sealed partial class ClusterFolder(string path)
{
    private const string IdentityFile = "cluster.json";
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public string Path { get; } = path;

    public bool Exists => File.Exists(At(IdentityFile));

    private string JournalPath => At("objects.journal");

    /// <exception cref="ArgumentException">The name is none for a folder.</exception>
    public static void CheckName(string name)
    {
        if (!Name().IsMatch(name))
        {
            throw new ArgumentException($"A cluster that is kept cannot be called \"{name}\": use lower-case letters, digits, '-' and '.'.", nameof(name));
        }
    }

    /// <exception cref="SimulatorStateException">The folder was written by another version, or is damaged.</exception>
    public SavedCluster Load()
    {
        var identity = Read<ClusterIdentity>(IdentityFile) ?? throw new SimulatorStateException($"{At(IdentityFile)} is empty.");
        if (identity.Format != ClusterIdentity.CurrentFormat)
        {
            throw new SimulatorStateException(
                $"{At(IdentityFile)} has format {identity.Format}, this version reads {ClusterIdentity.CurrentFormat}. Use the version that wrote it, or another folder.");
        }

        var faults = File.Exists(At("faults.json")) ? Read<FaultSettings>("faults.json", FaultSettings.Json) : null;
        var (journal, objects, revision) = Journal.Open(JournalPath);
        return new SavedCluster(identity, faults ?? new FaultSettings(), objects, revision, journal);
    }

    public Journal Create(ClusterIdentity identity, IEnumerable<(ObjectKey Key, byte[] Text)> objects, long revision)
    {
        PrivateFile.CreateFolder(Path);
        var journal = Journal.Create(JournalPath, objects, revision);
        PrivateFile.Write(At(IdentityFile), JsonSerializer.Serialize(identity, Json));
        return journal;
    }

    public void Save(FaultSettings faults) => PrivateFile.Write(At("faults.json"), JsonSerializer.Serialize(faults, FaultSettings.Json));

    private T? Read<T>(string file, JsonSerializerOptions? options = null)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllText(At(file)), options ?? Json);
        }
        catch (JsonException e)
        {
            throw new SimulatorStateException($"{At(file)} cannot be read: {e.Message}. Remove the folder {Path} to start that cluster afresh.", e);
        }
    }

    private string At(string file) => System.IO.Path.Combine(Path, file);

    [GeneratedRegex("^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Name();
}
