using System.Text.Json.Serialization;

namespace Kairship.Api.Placements;

/// <summary>Where would it go? Nothing is written, and no room is taken.</summary>
/// <param name="Application">The application as YAML; it need not be kept. Where one of this name has been released, that is where it is now.</param>
/// <param name="Manifests">Kubernetes objects as YAML or JSON; null: the application's own source, else what is released now.</param>
/// <param name="Without">Clusters that are thought away, with what is in them.</param>
/// <param name="Tolerate">Taints that are borne besides, as kubectl writes them: "key=value:Effect", "key:Effect" or "key".</param>
/// <param name="Fresh">Divide anew, without holding on to what is where.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record SimulatePlacementRequest(
    string Application, string? Manifests = null, IReadOnlyList<string>? Without = null, IReadOnlyList<string>? Tolerate = null, bool Fresh = false);
