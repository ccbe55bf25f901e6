"""job.py PAIRS OUT [--partitions N] [--binary FILE] [-- ARGUMENTS OF SCAN] - scans a CSV or Parquet
with the columns domain, ip and key in Spark, and writes typed Parquet.

    spark-submit --master spark://HOST:7077 job.py pairs.csv out.parquet -- --upstream 192.0.2.53
"""

import argparse
import sys
from pathlib import Path

from pyspark.sql import SparkSession

import spfsweep_spark

own, _, arguments = (
    (sys.argv[1:], "", [])
    if "--" not in sys.argv
    else (sys.argv[1 : sys.argv.index("--")], "--", sys.argv[sys.argv.index("--") + 1 :])
)
parser = argparse.ArgumentParser()
parser.add_argument("pairs")
parser.add_argument("out")
parser.add_argument("--partitions", type=int, default=64)
parser.add_argument("--binary", default="spfsweep")
options = parser.parse_args(own)

spark = SparkSession.builder.appName("spfsweep").getOrCreate()
spark.sparkContext.addPyFile(str(Path(__file__).with_name("spfsweep_spark.py")))
reader = spark.read.option("header", True).option("escape", '"')  # quotes as in RFC 4180
is_parquet = options.pairs.endswith(".parquet")
pairs = reader.parquet(options.pairs) if is_parquet else reader.csv(options.pairs)
out = spfsweep_spark.scan(
    pairs,
    keep=["key"],
    partitions=options.partitions,
    arguments=arguments,
    binary=options.binary,
)
out.write.mode("overwrite").parquet(options.out)
spark.stop()
