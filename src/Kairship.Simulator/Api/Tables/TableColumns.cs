using System.Text.Json.Nodes;
using Kairship.Simulator.Admission.Defaults;
using Kairship.Simulator.Objects;
using static Kairship.Simulator.Api.Tables.TableColumn;

namespace Kairship.Simulator.Api.Tables;

/// <summary>The columns that kubectl shows for each kind.</summary>
internal static class TableColumns
{
    static readonly TableColumn Name = Text("Name", "", "metadata", "name");
    static readonly TableColumn Age = Since("Age", "<unknown>", "metadata", "creationTimestamp");

    public static IReadOnlyList<TableColumn> Of(ResourceType type)
    {
        if (type.CustomSchema is not null)
            return [Name, .. CustomColumns.Of(type), .. CustomColumns.HasOwnAge(type) ? [] : new[] { Age }];
        if (type.Plural == "events")
            return [.. Between(type.Plural), Name with { Wide = true }];
        return [Name, .. Between(type.Plural), Age, .. Wide(type.Plural)];
    }

    static TableColumn[] Between(string plural) => plural switch
    {
        "pods" => [new("Ready", (o, _) => PodCells.Ready(o)), new("Status", (o, _) => PodCells.Status(o)), new("Restarts", (o, _) => PodCells.Restarts(o))],
        "deployments" =>
        [
            new("Ready", (o, _) => $"{Count(o, "readyReplicas")}/{JsonTree.Number(o["spec"]?["replicas"]) ?? 0}"),
            Number("Up-to-date", "status", "updatedReplicas"),
            Number("Available", "status", "availableReplicas"),
        ],
        "replicasets" or "replicationcontrollers" =>
            [Number("Desired", "spec", "replicas"), Number("Current", "status", "replicas"), Number("Ready", "status", "readyReplicas")],
        "statefulsets" => [new("Ready", (o, _) => $"{Count(o, "readyReplicas")}/{JsonTree.Number(o["spec"]?["replicas"]) ?? 0}")],
        "daemonsets" =>
        [
            Number("Desired", "status", "desiredNumberScheduled"), Number("Current", "status", "currentNumberScheduled"), Number("Ready", "status", "numberReady"),
            Number("Up-to-date", "status", "updatedNumberScheduled"), Number("Available", "status", "numberAvailable"),
            new("Node Selector", (o, _) => Labels(o["spec"]?["template"]?["spec"]?["nodeSelector"])),
        ],
        "jobs" => [new("Status", (o, _) => JobStatus(o)), new("Completions", (o, _) => $"{Count(o, "succeeded")}/{JsonTree.Number(o["spec"]?["completions"]) ?? 1}"), new("Duration", (o, now) => Ago(JsonTree.Text(o["status"]?["startTime"]), now) ?? "")],
        "cronjobs" => [Text("Schedule", "", "spec", "schedule"), Text("Suspend", "false", "spec", "suspend"), new("Active", (o, _) => (o["status"]?["active"] as JsonArray)?.Count ?? 0, Type: "integer"), Since("Last Schedule", "<none>", "status", "lastScheduleTime")],
        "services" => [Text("Type", "", "spec", "type"), Text("Cluster-IP", "<none>", "spec", "clusterIP"), new("External-IP", (o, _) => ExternalAddress(o)), new("Port(s)", (o, _) => ServicePorts(o))],
        "nodes" => [new("Status", (o, _) => NodeStatus(o)), new("Roles", (o, _) => "<none>"), Text("Version", "", "status", "nodeInfo", "kubeletVersion")],
        "namespaces" => [Text("Status", "", "status", "phase")],
        "configmaps" => [new("Data", (o, _) => Size(o["data"]) + Size(o["binaryData"]), Type: "integer")],
        "secrets" => [Text("Type", "", "type"), new("Data", (o, _) => Size(o["data"]), Type: "integer")],
        "serviceaccounts" => [new("Secrets", (o, _) => (o["secrets"] as JsonArray)?.Count ?? 0, Type: "integer")],
        "horizontalpodautoscalers" =>
        [
            new("Reference", (o, _) => $"{JsonTree.Text(o["spec"]?["scaleTargetRef"]?["kind"])}/{JsonTree.Text(o["spec"]?["scaleTargetRef"]?["name"])}"),
            new("Targets", (o, _) => AutoscalerCells.Targets(o)),
            Number("MinPods", "spec", "minReplicas"), Number("MaxPods", "spec", "maxReplicas"), Number("Replicas", "status", "currentReplicas"),
        ],
        "endpoints" => [new("Endpoints", (o, _) => EndpointCells.Of(o))],
        "endpointslices" => [Text("AddressType", "", "addressType"), new("Ports", (o, _) => EndpointCells.Ports(o)), new("Endpoints", (o, _) => EndpointCells.Addresses(o))],
        "ingresses" => [Text("Class", "<none>", "spec", "ingressClassName"), new("Hosts", (o, _) => Hosts(o)), new("Address", (o, _) => ""), new("Ports", (o, _) => o["spec"]?["tls"] is null ? "80" : "80, 443")],
        "poddisruptionbudgets" => [Text("Min Available", "N/A", "spec", "minAvailable"), Text("Max Unavailable", "N/A", "spec", "maxUnavailable"), Number("Allowed Disruptions", "status", "disruptionsAllowed")],
        "persistentvolumeclaims" => [Text("Status", "", "status", "phase"), Text("Volume", "", "spec", "volumeName"), Text("Capacity", "", "status", "capacity", "storage"), new("Access Modes", (o, _) => AccessModes(o)), Text("StorageClass", "", "spec", "storageClassName")],
        "events" => [new("Last Seen", (o, now) => Ago(LastSeen(o), now) ?? "<unknown>"), Text("Type", "", "type"), Text("Reason", "", "reason"), new("Object", (o, _) => $"{JsonTree.Text(o["involvedObject"]?["kind"])?.ToLowerInvariant()}/{JsonTree.Text(o["involvedObject"]?["name"])}"), Text("Message", "", "message")],
        "customresourcedefinitions" => [Text("Created At", "", "metadata", "creationTimestamp")],
        "leases" => [Text("Holder", "", "spec", "holderIdentity")],
        "storageclasses" => [Text("Provisioner", "", "provisioner"), Text("ReclaimPolicy", "", "reclaimPolicy"), Text("VolumeBindingMode", "", "volumeBindingMode")],
        _ => [],
    };

    static IEnumerable<TableColumn> Wide(string plural)
    {
        TableColumn[] columns = plural switch
        {
            "pods" => [Text("IP", "<none>", "status", "podIP"), Text("Node", "<none>", "spec", "nodeName"), Text("Nominated Node", "<none>", "status", "nominatedNodeName"), new("Readiness Gates", (_, _) => "<none>")],
            "deployments" or "replicasets" or "daemonsets" or "statefulsets" or "jobs" =>
            [
                new("Containers", (o, _) => Containers(o, "name")), new("Images", (o, _) => Containers(o, "image")), new("Selector", (o, _) => Labels(o["spec"]?["selector"]?["matchLabels"])),
            ],
            "services" => [new("Selector", (o, _) => Labels(o["spec"]?["selector"]))],
            "nodes" => [new("Internal-IP", (o, _) => Address(o)), Text("OS-Image", "<unknown>", "status", "nodeInfo", "osImage"), Text("Container-Runtime", "<unknown>", "status", "nodeInfo", "containerRuntimeVersion")],
            _ => [],
        };
        return columns.Select(c => c with { Wide = true });
    }

    static long Count(JsonObject obj, string field) => JsonTree.Number(obj["status"]?[field]) ?? 0;

    static int Size(JsonNode? data) => (data as JsonObject)?.Count ?? 0;

    static string Labels(JsonNode? labels) =>
        labels is JsonObject { Count: > 0 } map ? string.Join(',', map.Select(l => $"{l.Key}={Plain(l.Value)}")) : "<none>";

    static string Containers(JsonObject obj, string field) =>
        string.Join(',', PodDefaults.Items(obj["spec"]?["template"]?["spec"]?["containers"]).Select(c => JsonTree.Text(c[field])));

    // What the scheduler writes has the time of an action and no other.
    static string? LastSeen(JsonObject e) =>
        JsonTree.Text(e["series"]?["lastObservedTime"]) ?? JsonTree.Text(e["lastTimestamp"]) ?? JsonTree.Text(e["firstTimestamp"]) ?? JsonTree.Text(e["eventTime"]);

    static string JobStatus(JsonObject job)
    {
        var done = PodDefaults.Items(job["status"]?["conditions"]).Where(c => JsonTree.Text(c["status"]) == "True").Select(c => JsonTree.Text(c["type"])).ToList();
        return done.Find(c => c is "Complete" or "Failed" or "Suspended") ?? "Running";
    }

    static string ExternalAddress(JsonObject service)
    {
        if (JsonTree.Text(service["spec"]?["type"]) == "ExternalName")
            return JsonTree.Text(service["spec"]!["externalName"]) ?? "<none>";
        var addresses = PodDefaults.Items(service["status"]?["loadBalancer"]?["ingress"]).Select(i => JsonTree.Text(i["ip"]) ?? JsonTree.Text(i["hostname"])).ToList();
        return addresses.Count > 0 ? string.Join(',', addresses) : JsonTree.Text(service["spec"]?["type"]) == "LoadBalancer" ? "<pending>" : "<none>";
    }

    static string ServicePorts(JsonObject service)
    {
        var ports = PodDefaults.Items(service["spec"]?["ports"])
            .Select(p => p["nodePort"] is { } node ? $"{p["port"]}:{node}/{JsonTree.Text(p["protocol"])}" : $"{p["port"]}/{JsonTree.Text(p["protocol"])}").ToList();
        return ports.Count == 0 ? "<none>" : string.Join(',', ports);
    }

    static string NodeStatus(JsonObject node)
    {
        var ready = PodDefaults.Items(node["status"]?["conditions"]).Any(c => JsonTree.Text(c["type"]) == "Ready" && JsonTree.Text(c["status"]) == "True");
        return (ready ? "Ready" : "NotReady") + (node["spec"]?["unschedulable"]?.GetValue<bool>() == true ? ",SchedulingDisabled" : "");
    }

    static string Address(JsonObject node) =>
        PodDefaults.Items(node["status"]?["addresses"]).Where(a => JsonTree.Text(a["type"]) == "InternalIP").Select(a => JsonTree.Text(a["address"])).FirstOrDefault() ?? "<none>";

    static string Hosts(JsonObject ingress)
    {
        var hosts = PodDefaults.Items(ingress["spec"]?["rules"]).Select(r => JsonTree.Text(r["host"])).OfType<string>().ToList();
        return hosts.Count == 0 ? "*" : string.Join(',', hosts);
    }

    static string AccessModes(JsonObject claim) => string.Join(',', (claim["spec"]?["accessModes"] as JsonArray ?? []).Select(m => JsonTree.Text(m) switch
    {
        "ReadWriteOnce" => "RWO",
        "ReadOnlyMany" => "ROX",
        "ReadWriteMany" => "RWX",
        "ReadWriteOncePod" => "RWOP",
        var other => other,
    }));
}
