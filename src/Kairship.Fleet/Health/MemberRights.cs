using System.Text.Json.Nodes;
using Kairship.Fleet.Clusters;
using YamlDotNet.Serialization;

namespace Kairship.Fleet.Health;

/// <summary>One right: a verb on a kind of resource.</summary>
public sealed record AccessRight(string Verb, string Group, string Resource)
{
    public override string ToString() => $"{Verb} {(Group.Length == 0 ? Resource : $"{Resource}.{Group}")}";
}

/// <summary>The rights that Kairship needs in a member cluster, read from the manifest that grants them, and whether a cluster grants them.</summary>
public static class MemberRights
{
    private const string MemberRole = "kairship-member";
    private const string ResourceName = "member-cluster.yaml";
    private static readonly Lazy<string> Text = new(Read);
    private static readonly Lazy<IReadOnlyList<AccessRight>> Rights = new(() => [.. RightsOf(Text.Value, MemberRole)]);

    /// <summary>The YAML that grants them: account, token, roles, bindings.</summary>
    public static string Manifest => Text.Value;

    /// <summary>What is needed whatever is released: the rules of the role kairship-member.</summary>
    public static IReadOnlyList<AccessRight> Needed => Rights.Value;

    /// <summary>The rights of a ClusterRole in a manifest.</summary>
    public static IEnumerable<AccessRight> RightsOf(string manifest, string role)
    {
        foreach (var document in manifest.Split("\n---"))
        {
            var parsed = new DeserializerBuilder().IgnoreUnmatchedProperties().Build().Deserialize<RoleDocument?>(document);
            if (parsed is not { kind: "ClusterRole" } || parsed.metadata?.name != role)
            {
                continue;
            }

            foreach (var rule in parsed.rules ?? [])
            {
                foreach (var right in from verb in rule.verbs ?? [] from @group in rule.apiGroups ?? [] from resource in rule.resources ?? [] select new AccessRight(verb, @group, resource))
                {
                    yield return right;
                }
            }
        }
    }

    /// <summary>Asks the cluster what it lets us do; one question, which everybody who is signed in may ask.</summary>
    internal static async Task<ConditionReading> ReadAsync(ClusterConnection connection, CancellationToken cancellationToken)
    {
        var review = new JsonObject
        {
            ["apiVersion"] = "authorization.k8s.io/v1", ["kind"] = "SelfSubjectRulesReview", ["spec"] = new JsonObject { ["namespace"] = "default" },
        };
        var answer = await connection.SendOnceAsync(
            new ClusterRequest(HttpMethod.Post, "apis/authorization.k8s.io/v1/selfsubjectrulesreviews", System.Text.Encoding.UTF8.GetBytes(review.ToJsonString()), ClusterRequest.Json), cancellationToken);
        if (!answer.IsSuccess || answer.TryJson()?["status"] is not JsonObject status)
        {
            return new ConditionReading(ClusterCondition.Authorized, ConditionStatus.Unknown, "NotTold", $"the cluster does not tell what Kairship may do there ({answer.Status})");
        }

        var missing = Missing(status["resourceRules"] as JsonArray ?? []);
        return missing.Count == 0 ? new ConditionReading(ClusterCondition.Authorized, ConditionStatus.True, "Granted", "")
            : status["incomplete"]?.GetValue<bool>() == true
                ? new ConditionReading(ClusterCondition.Authorized, ConditionStatus.Unknown, "NotTold", "the cluster's authorizer does not tell all that Kairship may do there")
                : new ConditionReading(
                    ClusterCondition.Authorized, ConditionStatus.False, "Forbidden",
                    $"Kairship may not {string.Join(", not ", missing)}. Grant it: \"kairship cluster rbac\" prints the rights that are needed.");
    }

    internal static IReadOnlyList<AccessRight> Missing(JsonArray rules)
    {
        var granted = rules.OfType<JsonObject>().Where(r => r["resourceNames"] is not JsonArray { Count: > 0 })
            .Select(r => (Verbs: Texts(r, "verbs"), Groups: Texts(r, "apiGroups"), Resources: Texts(r, "resources"))).ToList();
        return [.. Needed.Where(n => !granted.Any(g => Has(g.Verbs, n.Verb) && Has(g.Groups, n.Group) && Has(g.Resources, n.Resource)))];
    }

    private static bool Has(HashSet<string> granted, string wanted) => granted.Contains("*") || granted.Contains(wanted);

    private static HashSet<string> Texts(JsonObject rule, string field) =>
        [.. (rule[field] as JsonArray ?? []).Select(v => v?.ToString() ?? "")];

    private static string Read()
    {
        using var stream = typeof(MemberRights).Assembly.GetManifestResourceStream(ResourceName) ?? throw new InvalidOperationException($"{ResourceName} is not part of this program.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

#pragma warning disable IDE1006, SA1300 // The names are those of the YAML.
    internal sealed class RoleDocument
    {
        public string? kind { get; set; }

        public RoleMetadata? metadata { get; set; }

        public List<RoleRule>? rules { get; set; }
    }

    internal sealed class RoleMetadata
    {
        public string? name { get; set; }
    }

    internal sealed class RoleRule
    {
        public List<string>? apiGroups { get; set; }

        public List<string>? resources { get; set; }

        public List<string>? verbs { get; set; }
    }
#pragma warning restore IDE1006, SA1300
}
