namespace Kairship.Simulator;

/// <summary>One simulated cluster: its name, its nodes, how fast its pods start.</summary>
public sealed record SimulatedClusterOptions
{
    /// <summary>Name of cluster, context and kubeconfig file; the nodes are called name-0, name-1, ...</summary>
    public string Name { get; init; } = "sim";

    /// <summary>Labels of each node; region and zone are put on them as topology.kubernetes.io/region and zone too.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <value>3</value>
    public int Nodes { get; init; } = 3;

    /// <summary>CPU of each node as a quantity.</summary>
    /// <value>8</value>
    public string NodeCpu { get; init; } = "8";

    /// <summary>Memory of each node as a quantity.</summary>
    /// <value>32Gi</value>
    public string NodeMemory { get; init; } = "32Gi";

    /// <summary>Most pods on each node.</summary>
    /// <value>110</value>
    public int NodePods { get; init; } = 110;

    /// <summary>Port on 127.0.0.1; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>HTTPS with a certificate of the cluster's own CA; plain HTTP otherwise.</summary>
    /// <value>true</value>
    public bool Tls { get; init; } = true;

    /// <summary>Time from the start of a pod until it is ready.</summary>
    /// <value>200 ms</value>
    public TimeSpan PodReadyAfter { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Time from a change until the controllers act on it.</summary>
    /// <value>2 ms</value>
    public TimeSpan ControllerDelay { get; init; } = TimeSpan.FromMilliseconds(2);

    /// <summary>Version that the cluster says it has.</summary>
    /// <value>v1.34.0</value>
    public string Version { get; init; } = "v1.34.0";
}
