using System.Collections.Concurrent;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Releases;
using Kairship.Storage.Database;

namespace Kairship.Storage.Delivery;

/// <summary>
/// Parsed once what is read again and again. Nothing that anybody can change is remembered: what a release was asked for with is written once, when it begins, and an application is known by the very text that
/// is stored. What nobody has asked for in a while is forgotten.
/// </summary>
internal sealed class DeliveryMemory
{
    private const int Patience = 32;
    private readonly ConcurrentDictionary<string, Asked> releases = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Known> applications = new(StringComparer.Ordinal);
    private int pass;

    public int Count => releases.Count + applications.Count;

    /// <summary>Begins a reading of all, and forgets what the last ones did not need.</summary>
    public void Begin()
    {
        var oldest = Interlocked.Increment(ref pass) - Patience;
        foreach (var (id, asked) in releases)
        {
            if (asked.Used < oldest)
            {
                releases.TryRemove(id, out _);
            }
        }

        foreach (var (name, known) in applications)
        {
            if (known.Used < oldest)
            {
                applications.TryRemove(name, out _);
            }
        }
    }

    /// <param name="keep">False: one alone is read, which may never be read again.</param>
    public Application Application(string name, string text, bool keep)
    {
        if (!applications.TryGetValue(name, out var known) || known.Text != text)
        {
            known = new Known(text, StoredJson.Read<Application>(text));
            if (keep)
            {
                applications[name] = known;
            }
        }

        known.Used = pass;
        return known.Application;
    }

    /// <summary>null: it has not been read lately.</summary>
    public AskedFor? Find(string release)
    {
        if (releases.TryGetValue(release, out var known))
        {
            known.Used = pass;
        }

        return known?.Value;
    }

    /// <param name="keep">False: as above.</param>
    public AskedFor Read(string release, string application, string spec, string? change, bool keep)
    {
        // Mostly it is what the application still says.
        var text = applications.TryGetValue(application, out var known) && known.Text == spec ? known.Application : StoredJson.Read<Application>(spec);
        var asked = new AskedFor(text, change is null ? null : StoredJson.Read<PlacementChange>(change));
        if (keep)
        {
            releases[release] = new Asked(asked) { Used = pass };
        }

        return asked;
    }

    private sealed record Known(string Text, Application Application)
    {
        public int Used { get; set; }
    }

    private sealed record Asked(AskedFor Value)
    {
        public int Used { get; set; }
    }
}

/// <summary>What a release was asked for with.</summary>
internal sealed record AskedFor(Application Spec, PlacementChange? Change);
